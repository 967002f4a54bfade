/** Was the machine quiet? A run says something about the tool only when strangers left the CPUs alone. */
import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ, fixed in the kernel's interface to user space on the architectures we run on */
const TICK_S = 0.01;

interface Usage {
  readonly parent: number;
  /** with what its dead children used, s */
  readonly cpu: number;
}

/**
 * Call it at the begin; the function it returns says how many CPUs were used since then by processes that are neither this one nor
 * started by it: services, neighbours and helpers of the lab are ours.
 */
export function watchOthers(): () => number {
  const from = reading();
  return () => {
    const to = reading();
    return Math.max(0, (to.busy - to.own - (from.busy - from.own)) / (to.at - from.at));
  };
}

/** Seconds since some start: wall clock, CPU time of the machine, CPU time of this process and all below it. */
function reading(): { readonly at: number; readonly busy: number; readonly own: number } {
  // cpu user nice system idle iowait irq softirq steal guest guest_nice: guest is inside user
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (readFileSync("/proc/stat", "utf8").split("\n")[0] ?? "")
    .replace(/^cpu +/, "")
    .split(" ")
    .map(Number);
  return { at: performance.now() / 1e3, busy: (user + nice + system + irq + softirq + steal) * TICK_S, own: ownCpu(usages(), process.pid) };
}

function usages(): ReadonlyMap<number, Usage> {
  const found = new Map<number, Usage>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const usage = usageOf(name);
    if (usage !== undefined) found.set(Number(name), usage);
  }
  return found;
}

/** undefined: it has just ended. */
function usageOf(pid: string): Usage | undefined {
  try {
    // after the name in brackets: state is field 3 of proc(5), ppid 4, utime 14, stime 15, cutime 16, cstime 17
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ")
      .map(Number);
    const [, parent = 0, , , , , , , , , , utime = 0, stime = 0, cutime = 0, cstime = 0] = fields;
    return { parent, cpu: (utime + stime + cutime + cstime) * TICK_S };
  } catch {
    return undefined;
  }
}

/** Of a process and all its living descendants, with what their dead children used. */
export function ownCpu(all: ReadonlyMap<number, Usage>, root: number): number {
  const isOwn = (pid: number): boolean => {
    for (let at = pid, steps = 0; at > 1 && steps < 100; at = all.get(at)?.parent ?? 0, steps++) if (at === root) return true;
    return false;
  };
  return [...all].reduce((sum, [pid, usage]) => sum + (isOwn(pid) ? usage.cpu : 0), 0);
}
