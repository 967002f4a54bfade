/** Between which bounds does the shift of two sets lie? Percentile bootstrap: both sets are drawn anew from themselves, many times. */
import { shiftOfSorted } from "./hodges-lehmann.ts";
import { sorted } from "./median.ts";
import { seededRandom, type RandomSource } from "./random.ts";

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const MOST_RESAMPLES = 2000;
/** enough for the 2.5th percentile to rest on ten values */
const FEWEST_RESAMPLES = 400;
/** observations drawn in all; keeps ten thousand of them below a second */
const BUDGET = 1_000_000;
const COVERAGE = 0.95;
const SEED = 0x5ca1ab1e;

/** 95 % interval of the Hodges-Lehmann shift b - a. The same sets always give the same interval. Neither may be empty. */
export function bootstrapInterval(a: readonly number[], b: readonly number[]): Interval {
  const random = seededRandom(SEED);
  const [fromA, fromB] = [sorted(a), sorted(b)];
  const resamples = Math.max(FEWEST_RESAMPLES, Math.min(MOST_RESAMPLES, Math.floor(BUDGET / (a.length + b.length))));
  const shifts = sorted(Array.from({ length: resamples }, () => shiftOfSorted(drawn(fromA, random), drawn(fromB, random))));
  const cut = Math.floor(((1 - COVERAGE) / 2) * resamples);
  return { low: shifts[cut] ?? Number.NaN, high: shifts[resamples - 1 - cut] ?? Number.NaN };
}

/** As many values as there are, each drawn from all, in ascending order: positions are counted, not sorted. */
function drawn(values: readonly number[], random: RandomSource): number[] {
  const times = new Uint32Array(values.length);
  for (let draw = 0; draw < values.length; draw++) {
    const at = Math.floor(random() * values.length);
    times[at] = (times[at] ?? 0) + 1;
  }
  const result: number[] = [];
  for (const [at, value] of values.entries()) for (let copy = times[at] ?? 0; copy > 0; copy--) result.push(value);
  return result;
}
