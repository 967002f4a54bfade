/** Does the kernel's own count of lost events agree with what the pages say? What pages do not place is a problem, never silence. */
import type { LostEvents } from "../trace/index.ts";
import type { ProblemList } from "./problem-list.ts";

/** From per_cpu/cpuN/stats when the recording stopped. */
export interface CpuStats {
  readonly cpu: number;
  /** overwritten before they were read */
  readonly overrun: number;
  /** refused: no room, or too deeply nested */
  readonly dropped: number;
}

/** Text of the CPUSTAT option: `CPU: N` and the lines of the stats file. Undefined when it is something else. */
export function parseCpuStats(text: string): CpuStats | undefined {
  const number = (name: string): number | undefined => {
    const match = new RegExp(`^${name}: (\\d+)$`, "m").exec(text);
    return match === null ? undefined : Number(match[1]);
  };
  const cpu = number("CPU");
  if (cpu === undefined) return undefined;
  return { cpu, overrun: number("overrun") ?? 0, dropped: (number("dropped events") ?? 0) + (number("commit overrun") ?? 0) };
}

/** The option speaks of the main buffer; a file that says it twice for a CPU speaks of others too, and tells nothing. */
export function checkLosses(stats: readonly CpuStats[], lost: readonly LostEvents[], problems: ProblemList): void {
  for (const { cpu, overrun, dropped } of stats) {
    if (stats.filter((other) => other.cpu === cpu).length > 1) continue;
    const placed = lost.filter((hole) => hole.cpu === cpu && hole.buffer === "");
    if (placed.some((hole) => hole.count === undefined)) continue;
    const missing = overrun + dropped - placed.reduce((sum, hole) => sum + (hole.count ?? 0), 0);
    if (missing > 0) problems.add({ code: "unplaced-losses", message: `CPU ${cpu} lost ${missing} events, and its pages do not say when`, cpu });
  }
}
