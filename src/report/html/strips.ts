/** How does a row of spans look when it is a thousand cells wide? Each cell shows what took most of it; equal neighbours are one strip. */

export interface StripSpan<K> {
  readonly begin: number;
  readonly end: number;
  readonly kind: K;
}

export interface Strip<K> {
  /** cells */
  readonly from: number;
  readonly to: number;
  readonly kind: K;
}

export function stripsOf<K>(spans: readonly StripSpan<K>[], durationNs: number, cells: number): Strip<K>[] {
  if (durationNs <= 0) return [];
  const perCell = durationNs / cells;
  const sums = new Map<K, Float64Array>();
  for (const { begin, end, kind } of spans) {
    let sum = sums.get(kind);
    if (sum === undefined) sums.set(kind, (sum = new Float64Array(cells)));
    const last = Math.min(cells - 1, Math.floor(end / perCell));
    for (let cell = Math.max(0, Math.floor(begin / perCell)); cell <= last; cell++)
      sum[cell] = (sum[cell] as number) + Math.max(0, Math.min(end, (cell + 1) * perCell) - Math.max(begin, cell * perCell));
  }
  const strips: Strip<K>[] = [];
  for (let cell = 0; cell < cells; cell++) {
    let [best, most]: [K | undefined, number] = [undefined, 0];
    for (const [kind, sum] of sums) {
      const ns = sum[cell] as number;
      if (ns > most) [best, most] = [kind, ns];
    }
    if (best === undefined) continue;
    const last = strips.at(-1);
    if (last !== undefined && last.kind === best && last.to === cell) strips[strips.length - 1] = { ...last, to: cell + 1 };
    else strips.push({ from: cell, to: cell + 1, kind: best });
  }
  return strips;
}
