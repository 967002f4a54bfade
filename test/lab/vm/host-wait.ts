/**
 * Did the host take the CPUs from the machine during a run? What the host's scheduler does to an emulated CPU looks to the
 * guest like interrupts that do not come, and nothing in the guest can tell: such a run says nothing about a verdict.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** How often the share is looked at for the marks of the guest program. */
const TICK_MS = 100;

export interface HostWait {
  /** Of each run whose end was seen: how long its CPUs stood in the host's queue, as a share of the time. */
  readonly shares: ReadonlyMap<string, number>;
  stop(): void;
}

/** `pid`: QEMU with debug-threads=on. The guest program writes NAME.begin and NAME.end to the share. */
export function watchHostWait(pid: number, share: string, names: readonly string[]): HostWait {
  const shares = new Map<string, number>();
  const begun = new Map<string, Moment>();
  const look = (): void => {
    for (const name of names) {
      const begin = begun.get(name);
      if (begin === undefined && existsSync(join(share, `${name}.begin`))) begun.set(name, momentOf(pid));
      if (begin !== undefined && !shares.has(name) && existsSync(join(share, `${name}.end`))) {
        const end = momentOf(pid);
        shares.set(name, (end.waitNs - begin.waitNs) / (end.at - begin.at));
      }
    }
  };
  const timer = setInterval(look, TICK_MS);
  return { shares, stop: () => clearInterval(timer) };
}

interface Moment {
  readonly at: number;
  /** all emulated CPUs */
  readonly waitNs: number;
}

function momentOf(pid: number): Moment {
  const tasks = readdirSync(`/proc/${pid}/task`).filter((tid) => readFileSync(`/proc/${pid}/task/${tid}/comm`, "utf8").startsWith("CPU "));
  // the second number of schedstat: time in the run queue
  const waits = tasks.map((tid) => Number(readFileSync(`/proc/${pid}/task/${tid}/schedstat`, "utf8").split(" ")[1]));
  return { at: Number(process.hrtime.bigint()), waitNs: waits.reduce((sum, wait) => sum + wait, 0) };
}
