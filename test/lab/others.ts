/** Was the machine quiet? A clean run says something about the tool only when nobody else used the CPUs. */
import { readFileSync } from "node:fs";

/** USER_HZ, fixed in the kernel's interface to user space on the architectures we run on */
const TICK_S = 0.01;

/** Call it at the begin; the function it returns says how many CPUs everybody but `pid` and this process used since then. */
export function watchOthers(pid: number): () => number {
  const from = reading(pid);
  return () => {
    const to = reading(pid);
    return (to.busy - to.own - (from.busy - from.own)) / (to.at - from.at);
  };
}

/** Seconds since some start: wall clock, CPU time of the machine, CPU time of the two processes. */
function reading(pid: number): { at: number; busy: number; own: number } {
  // cpu user nice system idle iowait irq softirq steal guest guest_nice: guest is inside user
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = ticks(readFileSync("/proc/stat", "utf8").split("\n")[0] ?? "", /^cpu +/);
  // after the name in brackets: state is field 3 of proc(5), utime 14, stime 15
  const [, , , , , , , , , , , utime = 0, stime = 0] = ticks(readFileSync(`/proc/${pid}/stat`, "utf8"), /^.*\) /);
  const { user: ownUser, system: ownSystem } = process.cpuUsage();
  return {
    at: performance.now() / 1e3,
    busy: (user + nice + system + irq + softirq + steal) * TICK_S,
    own: (utime + stime) * TICK_S + (ownUser + ownSystem) / 1e6,
  };
}

const ticks = (line: string, head: RegExp): number[] => line.replace(head, "").split(" ").map(Number);
