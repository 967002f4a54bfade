/** By how much is one set shifted against another? The median of all differences b - a: one wild value moves it little. */
import { sorted } from "./median.ts";

/** Neither set may be empty. Exact; found by bisection over sorted sets instead of listing all pairs. */
export function hodgesLehmann(a: readonly number[], b: readonly number[]): number {
  return shiftOfSorted(sorted(a), sorted(b));
}

/** The same for sets in ascending order. */
export function shiftOfSorted(a: readonly number[], b: readonly number[]): number {
  const pairs = a.length * b.length;
  const upper = difference(a, b, Math.floor(pairs / 2) + 1);
  return pairs % 2 === 1 ? upper : (difference(a, b, pairs / 2) + upper) / 2;
}

/** The k-th smallest difference (k from 1). Each step halves the range and snaps to differences that occur. */
function difference(a: readonly number[], b: readonly number[], k: number): number {
  let low = (b[0] ?? Number.NaN) - (a.at(-1) ?? Number.NaN);
  let high = (b.at(-1) ?? Number.NaN) - (a[0] ?? Number.NaN);
  while (low < high) {
    const half = low + (high - low) / 2;
    // it rounds up to `high` when no double lies between the two
    const middle = half < high ? half : low;
    const { atMost, below, above } = around(a, b, middle);
    if (atMost >= k) high = below;
    else low = above;
  }
  return low;
}

/** How many differences are at most `limit`, the largest of those, and the smallest of the others. */
function around(a: readonly number[], b: readonly number[], limit: number): { atMost: number; below: number; above: number } {
  let atMost = 0;
  let below = Number.NEGATIVE_INFINITY;
  let above = Number.POSITIVE_INFINITY;
  let taken = 0;
  for (const subtrahend of a) {
    // a grows, so ever more of b is within the limit
    while (taken < b.length && (b[taken] ?? 0) - subtrahend <= limit) taken++;
    atMost += taken;
    if (taken > 0) below = Math.max(below, (b[taken - 1] ?? 0) - subtrahend);
    if (taken < b.length) above = Math.min(above, (b[taken] ?? 0) - subtrahend);
  }
  return { atMost, below, above };
}
