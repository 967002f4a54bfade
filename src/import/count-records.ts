/** How many records of each event are there? Counted before anything is decoded, so that columns are made in their final size. */
import { PageCursor, type CursorInput } from "./ring-buffer/page-cursor.ts";

/** Damage is reported when the records are decoded. */
const SILENT = { missed: () => undefined, corrupt: () => undefined };

/** Event id -> records. `idLimit` is above every id that has a format; others are rare. */
export function countRecords(input: CursorInput, idLimit: number): Map<number, number> {
  const cursor = new PageCursor(input, SILENT);
  const known = new Uint32Array(idLimit);
  const counts = new Map<number, number>();
  while (cursor.next()) {
    const { id } = cursor;
    if (id < idLimit) known[id] = (known[id] as number) + 1;
    else counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  known.forEach((count, id) => {
    if (count > 0) counts.set(id, count);
  });
  return counts;
}
