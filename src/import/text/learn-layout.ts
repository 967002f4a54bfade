/** Are the lines of a text aligned, and behind how wide a buffer's name? What most of its first rows say. */
import { LineCursor } from "./line-cursor.ts";
import { NAME_COLUMN, parsePerfHead, RowHead, SHORT_NAME_COLUMN, type ParseHead, type RowLayout } from "./row-head.ts";

const SAMPLE_ROWS = 200;
const SAMPLE_LINES = 5000;
const FREE: RowLayout = { shift: -1 };

/** Places of the end of the name in the first rows: how often each. */
export function sampleRows(parseHead: ParseHead, bytes: Uint8Array): { rows: number; lines: number; places: Map<number, number> } {
  const lines = new LineCursor([{ offset: 0, bytes }]);
  const head = new RowHead();
  const places = new Map<number, number>();
  let rows = 0;
  let seen = 0;
  while (rows < SAMPLE_ROWS && seen < SAMPLE_LINES && lines.next()) {
    if (lines.start === lines.end || lines.bytes[lines.start] === 0x23) continue;
    seen++;
    if (!parseHead(lines.bytes, lines.start, lines.end, head, FREE)) continue;
    rows++;
    const place = head.nameTo - lines.start;
    places.set(place, (places.get(place) ?? 0) + 1);
  }
  return { rows, lines: seen, places };
}

export function learnLayout(dialect: { readonly parseHead: ParseHead }, head: Uint8Array): RowLayout {
  const { rows, places } = sampleRows(dialect.parseHead, head);
  const [place, count] = [...places].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [0, 0];
  if (count * 2 < rows || rows === 0) return FREE;
  if (dialect.parseHead === parsePerfHead) return place === NAME_COLUMN ? { shift: 0 } : FREE;
  const column = place >= NAME_COLUMN ? NAME_COLUMN : SHORT_NAME_COLUMN;
  return place < column ? FREE : { shift: place - column };
}
