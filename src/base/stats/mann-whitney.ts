/** Do two sets of observations differ in location? The rank-sum test of Mann, Whitney and Wilcoxon, two-sided; no shape of distribution is assumed. */
import { twoSidedNormal } from "./normal.ts";

export interface RankTest {
  /** pairs in which the value of `b` is the larger one; a tie counts half */
  readonly u: number;
  /** u / all pairs: how often a value of `b` exceeds one of `a`; 0.5 = no difference */
  readonly superiority: number;
  readonly pValue: number;
  readonly method: "exact" | "normal";
}

/** Up to here every way to split the observations is counted; it takes 3 million additions, and the normal curve is good beyond. */
const EXACT_UP_TO = 50;

export function mannWhitney(a: readonly number[], b: readonly number[]): RankTest {
  const count = a.length + b.length;
  const pairs = a.length * b.length;
  const { ofB, all } = doubledRanks(a, b);
  const doubledSum = ofB.reduce((sum, rank) => sum + rank, 0);
  const u = doubledSum / 2 - (b.length * (b.length + 1)) / 2;
  const superiority = pairs === 0 ? 0.5 : u / pairs;
  if (pairs === 0) return { u, superiority, pValue: 1, method: "exact" };
  return count <= EXACT_UP_TO
    ? { u, superiority, pValue: exactP(all, b.length, doubledSum), method: "exact" }
    : { u, superiority, pValue: normalP(all, a.length, b.length, u), method: "normal" };
}

/** Twice the rank of each observation among all: mid-ranks of ties become integers. */
function doubledRanks(a: readonly number[], b: readonly number[]): { readonly ofB: readonly number[]; readonly all: readonly number[] } {
  const merged = [...a.map((value) => ({ value, isB: false })), ...b.map((value) => ({ value, isB: true }))].sort((x, y) => x.value - y.value);
  const all: number[] = [];
  for (let begin = 0; begin < merged.length; begin = all.length) {
    let end = begin + 1;
    while (end < merged.length && merged[end]?.value === merged[begin]?.value) end++;
    // ranks begin+1 .. end, their mean doubled
    for (let at = begin; at < end; at++) all.push(begin + 1 + end);
  }
  return { ofB: all.filter((_, at) => merged[at]?.isB === true), all };
}

/**
 * Of all ways to choose as many ranks as `b` has: in which share is the sum as far from its mean as observed, or farther?
 * Counted by the shift algorithm of Streitberg and Roehmel (1986), which is exact with ties too.
 */
function exactP(ranks: readonly number[], chosen: number, observed: number): number {
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const width = total + 1;
  // ways[k * width + s]: how many sets of k ranks have the sum s; below 2^53 for up to 50 ranks, so exact
  const ways = new Float64Array((chosen + 1) * width);
  ways[0] = 1;
  for (const [seen, rank] of ranks.entries()) {
    for (let size = Math.min(chosen, seen + 1); size >= 1; size--) {
      const [to, from] = [size * width, (size - 1) * width];
      for (let sum = total; sum >= rank; sum--) ways[to + sum] = (ways[to + sum] ?? 0) + (ways[from + sum - rank] ?? 0);
    }
  }
  // multiplied out, so that no rounding decides whether a sum is as far as the observed one
  const distance = (sum: number): number => Math.abs(sum * ranks.length - total * chosen);
  const limit = distance(observed);
  let [far, allWays] = [0, 0];
  for (let sum = 0; sum <= total; sum++) {
    const here = ways[chosen * width + sum] ?? 0;
    allWays += here;
    if (distance(sum) >= limit) far += here;
  }
  return far / allWays;
}

/** With the variance corrected for ties, and half a unit taken off for continuity. */
function normalP(ranks: readonly number[], m: number, n: number, u: number): number {
  const count = m + n;
  let tied = 0;
  for (let begin = 0; begin < count;) {
    let end = begin + 1;
    while (ranks[end] === ranks[begin]) end++;
    tied += (end - begin) ** 3 - (end - begin);
    begin = end;
  }
  const variance = ((m * n) / 12) * (count + 1 - tied / (count * (count - 1)));
  if (variance <= 0) return 1;
  return twoSidedNormal(Math.max(0, Math.abs(u - (m * n) / 2) - 0.5) / Math.sqrt(variance));
}
