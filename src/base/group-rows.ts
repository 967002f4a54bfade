/** Groups rows by a small integer key, keeping their order inside a group (counting sort). */

/** `order[first[k]] .. order[first[k + 1] - 1]` are the rows with key k, ascending. Keys below 0 are left out. */
export function groupRows(keys: ArrayLike<number>, rows: number, keyCount: number): { first: Int32Array; order: Int32Array } {
  const first = new Int32Array(keyCount + 1);
  for (let row = 0; row < rows; row++) {
    const key = keys[row] as number;
    if (key >= 0) first[key + 1] = (first[key + 1] as number) + 1;
  }
  for (let key = 0; key < keyCount; key++) first[key + 1] = (first[key + 1] as number) + (first[key] as number);
  const cursor = first.slice();
  const order = new Int32Array(first[keyCount] as number);
  for (let row = 0; row < rows; row++) {
    const key = keys[row] as number;
    if (key < 0) continue;
    const at = cursor[key] as number;
    cursor[key] = at + 1;
    order[at] = row;
  }
  return { first, order };
}
