/**
 * On which CPUs may a thread run? From its affinity at the begin of the capture; where nobody noted it, only the CPUs
 * that it was seen on are known to be allowed.
 */
import { STATE } from "../timeline/index.ts";
import type { ThreadIndex } from "../trace/index.ts";
import { defineFact, type Run } from "./run.ts";

export interface AllowedCpus {
  of(thread: ThreadIndex): readonly number[];
}

export const allowedCpus = defineFact<AllowedCpus>({
  id: "allowed-cpus",
  compute(run) {
    const known = new Map<ThreadIndex, readonly number[]>();
    return {
      of(thread) {
        let cpus = known.get(thread);
        if (cpus === undefined) {
          cpus = notedAffinity(run, thread) ?? seenOn(run, thread);
          known.set(thread, cpus);
        }
        return cpus;
      },
    };
  },
});

function notedAffinity({ settings, timeline }: Run, thread: ThreadIndex): readonly number[] | undefined {
  const { tid, pid } = timeline.trace.threads.row(thread);
  const list = settings[`${tid}.cpus_allowed`] ?? settings[`${pid}.cpus_allowed`];
  return list === undefined ? undefined : parseCpuList(list).filter((cpu) => cpu < timeline.trace.machine.cpus);
}

function seenOn({ timeline }: Run, thread: ThreadIndex): readonly number[] {
  const rows = timeline.states.of(thread);
  const cpus = new Set<number>();
  for (let row = 0; row < rows.length; row++) if (rows.state[row] === STATE.running) cpus.add(rows.cpu[row] as number);
  return [...cpus].sort((a, b) => a - b);
}

/** The kernel's list format: `0-3,8`. */
export function parseCpuList(list: string): number[] {
  return list.split(",").flatMap((part) => {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part.trim());
    if (match === null) return [];
    const first = Number(match[1]);
    // an absurd range in a hostile file must not fill the memory
    const last = Math.min(Number(match[2] ?? first), first + 8191);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
