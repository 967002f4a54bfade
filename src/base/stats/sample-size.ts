/** How many observations does a rank test need? Noether, "Sample size determination for some common nonparametric tests", JASA 82 (1987). */

/** Normal quantiles of a two-sided level of 0.05 and a power of 0.8. */
const LEVEL_Z = 1.959963985;
const POWER_Z = 0.841621234;

/** Below four against four no split of the ranks reaches 0.05: of three against three the rarest has 2/20. */
export const SMALLEST_SET = 4;

/** Per set, equal sets; to find with a power of 0.8 that a value of `b` exceeds one of `a` this often. Infinity for 0.5. */
export function observationsToDetect(superiority: number): number {
  const distance = superiority - 0.5;
  if (distance === 0) return Number.POSITIVE_INFINITY;
  const both = (LEVEL_Z + POWER_Z) ** 2 / (3 * distance ** 2);
  return Math.max(SMALLEST_SET, Math.ceil(both / 2));
}
