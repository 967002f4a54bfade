/** How many events were lost, exactly? From the kernel's own ledger of each ring. */
import type { BufferLoss } from "../bundle/index.ts";

/** `stats` is the text of per_cpu/cpuN/stats. An instance is new, so its counts are totals, not differences. */
export function lossOf(buffer: string, cpu: number, stats: string): BufferLoss {
  const number = (name: string): number => Number(new RegExp(`^${name}: (\\d+)`, "m").exec(stats)?.[1] ?? 0);
  return { buffer, cpu, overrun: number("overrun") + number("commit overrun"), dropped: number("dropped events"), read: number("read events") };
}
