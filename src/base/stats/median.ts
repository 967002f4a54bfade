/** What is in the middle? */

const ascending = (a: number, b: number): number => a - b;

/** A new array, ascending by value (the default sort compares text). */
export const sorted = (values: readonly number[]): number[] => [...values].sort(ascending);

/** Of an even count the mean of the two in the middle; of nothing NaN. */
export function median(values: readonly number[]): number {
  const inOrder = sorted(values);
  const at = (index: number): number => inOrder[index] ?? Number.NaN;
  const upper = inOrder.length >> 1;
  return inOrder.length % 2 === 1 ? at(upper) : (at(upper - 1) + at(upper)) / 2;
}
