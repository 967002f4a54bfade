/** How many records of each event had each CPU? The ledger of a text, within bounds that a file cannot break. */

/** 32 MiB of counts: 512 CPUs with 8000 events. Only a forged text has more; what is over is summed under `unknown`. */
const MOST_COUNTS = 4_000_000;

export function countColumns(
  counts: Iterable<readonly [name: string, perCpu: readonly (number | undefined)[]]>,
  cpus: number,
): Map<string, { perCpu: Float64Array }> {
  const byName = new Map<string, { perCpu: Float64Array }>();
  const mostNames = Math.floor(MOST_COUNTS / cpus);
  for (const [name, perCpu] of counts) {
    const key = byName.size < mostNames || byName.has(name) ? name : "unknown";
    const entry = byName.get(key) ?? { perCpu: new Float64Array(cpus) };
    byName.set(key, entry);
    perCpu.forEach((count, cpu) => {
      entry.perCpu[cpu] = (entry.perCpu[cpu] as number) + (count ?? 0);
    });
  }
  return byName;
}
