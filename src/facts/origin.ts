/** Why did a thread want to run just then? One step up from whoever held a CPU: woken, forked, or given work by whom. */
import { upperBound } from "../base/index.ts";
import type { ThreadIndex } from "../trace/index.ts";
import type { Run } from "./run.ts";

export interface Origin {
  readonly how: "woken" | "forked" | "queued";
  /** a thread as `comm/tid`, or what the kernel calls it: a timer's function, a device, an interrupt */
  readonly by: string;
}

/** From sched_process_fork to sched_wakeup_new. Chosen: far above a fork's end, far below a thread's first sleep. */
const BIRTH_NS = 100_000;

/** undefined when it had been running since before the recording, or the wake was not recorded. */
export function originOf({ timeline }: Run, thread: ThreadIndex, time: number, end = time + 1): Origin | undefined {
  const { trace, states } = timeline;
  const name = (other: ThreadIndex): string => {
    const { comm, tid } = trace.threads.row(other);
    return `${comm}/${tid}`;
  };
  // the wake of a new thread follows its fork by microseconds
  const isBirth = (row: number, waker: ThreadIndex): boolean => {
    const { parent, born } = trace.threads.row(thread);
    return parent === waker && (states.of(thread).end[row] as number) - born < BIRTH_NS;
  };
  const queued = timeline.workItems.mainIn(thread, time, end)?.queued;
  if (queued !== undefined) return { how: "queued", by: queued.by > 0 ? name(queued.by) : "a timer or interrupt" };
  const rows = states.of(thread);
  const at = Math.min(upperBound(rows.start, time) - 1, rows.length - 1);
  for (let row = at; row >= 0; row--) {
    const edge = rows.wake[row] as number;
    if (edge < 0) continue;
    const waker = timeline.wakerOf(edge);
    switch (waker.kind) {
      case "thread":
        return waker.thread > 0 ? { how: isBirth(row, waker.thread) ? "forked" : "woken", by: name(waker.thread) } : undefined;
      case "timer":
        return { how: "woken", by: waker.fn === undefined ? "a timer" : `timer ${waker.fn}` };
      case "block":
        return { how: "woken", by: "a disk" };
      case "hardirq":
      case "softirq":
        return { how: "woken", by: `${waker.kind} ${waker.name}` };
      default:
        return undefined;
    }
  }
  const { parent, born } = trace.threads.row(thread);
  return born > trace.begin && parent > 0 ? { how: "forked", by: name(parent) } : undefined;
}
