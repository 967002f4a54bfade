/** When several questions are asked of the same data, which answers still stand? Holm (1979): adjusted p-values, in the order given. */

export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((pValue, index) => ({ pValue, index })).sort((x, y) => x.pValue - y.pValue);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let atLeast = 0;
  for (const [rank, { pValue, index }] of order.entries()) {
    // never below a smaller p-value's adjusted one
    atLeast = Math.min(1, Math.max(atLeast, pValue * (pValues.length - rank)));
    adjusted[index] = atLeast;
  }
  return adjusted;
}
