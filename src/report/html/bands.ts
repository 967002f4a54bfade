/**
 * A lane of the timeline as bands: row i has category `kind[i]` from `start[i]` to `start[i + 1]`. Sums over categories make a pixel's
 * colour a matter of two look-ups, however many bands lie in it: a million bands are drawn as fast as a thousand.
 */
import { upperBound } from "../../base/index.ts";

export interface Bands {
  readonly start: Float64Array;
  /** 0 = nothing there */
  readonly kind: Uint8Array;
  /** where the last row ends */
  readonly end: number;
  readonly kinds: number;
  /** [row * kinds + category]: ns of the category before the row's start */
  readonly sums: Float64Array;
}

/** `kinds`: categories, 0 included. */
export function bandsOf(start: Float64Array, kind: Uint8Array, end: number, kinds: number): Bands {
  const sums = new Float64Array((start.length + 1) * kinds);
  const last = start.length - 1;
  for (let row = 0; row <= last; row++) {
    const length = (row < last ? (start[row + 1] as number) : end) - (start[row] as number);
    const own = row * kinds;
    for (let at = own; at < own + kinds; at++) sums[at + kinds] = sums[at] as number;
    const next = own + kinds + (kind[row] as number);
    sums[next] = (sums[next] as number) + length;
  }
  return { start, kind, end, kinds, sums };
}

/** Row that covers `time`, -1 before the first. */
export const bandAt = (bands: Bands, time: number): number => (time >= bands.end ? -1 : upperBound(bands.start, time) - 1);

/** ns of a category before `time`, which lies in `row`. */
function sumAt(bands: Bands, row: number, time: number, kind: number): number {
  if (row < 0) return 0;
  const within = bands.kind[row] === kind ? Math.min(time, bands.start[row + 1] ?? bands.end) - (bands.start[row] as number) : 0;
  return (bands.sums[row * bands.kinds + kind] as number) + within;
}

export interface Run {
  /** pixels */
  readonly from: number;
  readonly to: number;
  readonly kind: number;
  /** of the pixels' time, 0 to 1 */
  readonly share: number;
  /** the band, when the run is one; -1 for a mixture */
  readonly row: number;
}

/** A mixture's share in steps, so that neighbours that look alike become one rectangle. */
const SHADES = 8;

/** What `width` pixels from `begin` to `end` show, left to right; nothing where nothing is. */
export function runsOf(bands: Bands, begin: number, end: number, width: number, visit: (run: Run) => void): void {
  const perPixel = (end - begin) / width;
  let pending: Run | undefined;
  const emit = (run: Run): void => {
    if (pending !== undefined && pending.to === run.from && pending.kind === run.kind && pending.share === run.share && pending.row === run.row)
      pending = { ...pending, to: run.to };
    else {
      if (pending !== undefined) visit(pending);
      pending = run;
    }
  };
  for (let pixel = 0; pixel < width;) {
    const time = begin + pixel * perPixel;
    const row = upperBound(bands.start, time) - 1;
    const rowEnd = row < 0 ? (bands.start[0] ?? bands.end) : (bands.start[row + 1] ?? bands.end);
    if (time >= bands.end) break;
    if (rowEnd >= time + perPixel) {
      // one band, or nothing yet, fills the pixel and perhaps more
      const to = Math.max(pixel + 1, Math.min(width, Math.floor((rowEnd - begin) / perPixel)));
      if (row >= 0 && bands.kind[row] !== 0) emit({ from: pixel, to, kind: bands.kind[row] as number, share: 1, row });
      pixel = to;
      continue;
    }
    const until = Math.min(bands.end, time + perPixel);
    const last = upperBound(bands.start, until) - 1;
    let [best, most, all] = [0, 0, 0];
    for (let kind = 1; kind < bands.kinds; kind++) {
      const ns = sumAt(bands, last, until, kind) - sumAt(bands, row, time, kind);
      all += ns;
      if (ns > most) [best, most] = [kind, ns];
    }
    if (most > 0) emit({ from: pixel, to: pixel + 1, kind: best, share: Math.max(1, Math.ceil((all / perPixel) * SHADES)) / SHADES, row: -1 });
    pixel++;
  }
  if (pending !== undefined) visit(pending);
}
