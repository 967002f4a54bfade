/** Is enough known? And if not, how many more requests would probably settle it, one way or the other? */
import { mannWhitney, observationsToDetect, SMALLEST_SET } from "../base/index.ts";
import { SIGNIFICANT, type Shift } from "../result/index.ts";

/** More than this nobody fires by hand; the difference is then too small to be found this way. */
const MOST_REQUESTS = 10_000;

/** No difference that matters: the whole interval lies within it, and the sets are large enough to have shown one. */
export function isSettledAsSame({ low, high }: Shift, mattersNs: number, countA: number, countB: number): boolean {
  return -mattersNs < low && high < mattersNs && couldTell(countA, countB);
}

/** Could sets of these sizes differ beyond chance at all? Complete separation is the rarest that they can show. */
function couldTell(countA: number, countB: number): boolean {
  const [low, high] = [new Array<number>(countA).fill(0).map((_, index) => index), new Array<number>(countB).fill(0).map((_, index) => countA + index)];
  return mannWhitney(low, high).pValue < SIGNIFICANT;
}

/**
 * The difference may be found, if it is as it looks; or its absence shown, if the interval narrows as the root of the
 * number of requests does. Whichever comes first. At least one more: what is there has not settled it.
 */
export function requestsToSettle(latency: Shift, mattersNs: number, countA: number, countB: number): { a: number; b: number } | undefined {
  const size = Math.min(observationsToDetect(latency.superiority), toExclude(latency, mattersNs, Math.min(countA, countB)));
  if (size > MOST_REQUESTS) return undefined;
  const [a, b] = [Math.max(0, size - countA), Math.max(0, size - countB)];
  return a + b > 0 ? { a, b } : { a: 1, b: 1 };
}

function toExclude({ shift, low, high }: Shift, mattersNs: number, count: number): number {
  const room = mattersNs - Math.abs(shift);
  if (room <= 0) return Number.POSITIVE_INFINITY;
  const reach = Math.max(high - shift, shift - low);
  return Math.max(SMALLEST_SET, Math.ceil(count * (reach / room) ** 2));
}
