/** What is left of a stretch of time when some of it is taken? */

/** [from, to) minus the parts, in order. */
export function without(from: number, to: number, taken: readonly { readonly begin: number; readonly end: number }[]): [number, number][] {
  const sorted = taken.filter((part) => part.begin < to && part.end > from).sort((a, b) => a.begin - b.begin);
  const free: [number, number][] = [];
  let at = from;
  for (const part of sorted) {
    if (part.begin > at) free.push([at, part.begin]);
    at = Math.max(at, part.end);
  }
  if (to > at) free.push([at, to]);
  return free;
}
