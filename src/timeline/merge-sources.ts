/** In which order did rows of several tables happen? By time; among equal stamps in the order of the sources. */

export interface SortedSource {
  readonly times: Float64Array;
  /** Called with each row, in order over all sources. */
  readonly visit: (row: number, time: number) => void;
}

/** A handful of sources: the earliest is found by looking at all of them. */
export function mergeSources(sources: readonly SortedSource[]): void {
  const rows = new Int32Array(sources.length);
  const heads = Float64Array.from(sources, ({ times }) => times[0] ?? Number.POSITIVE_INFINITY);
  for (;;) {
    let next = -1;
    let time = Number.POSITIVE_INFINITY;
    let rival = Number.POSITIVE_INFINITY;
    for (let index = 0; index < heads.length; index++) {
      const head = heads[index] as number;
      if (head < time) {
        rival = time;
        time = head;
        next = index;
      } else if (head < rival) rival = head;
    }
    if (next < 0) return;
    const { times, visit } = sources[next] as SortedSource;
    let row = rows[next] as number;
    do {
      visit(row++, time);
      time = times[row] ?? Number.POSITIVE_INFINITY;
    } while (time < rival);
    rows[next] = row;
    heads[next] = time;
  }
}
