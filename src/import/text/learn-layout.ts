/** Are the lines of a text aligned, and behind how wide a buffer's name? What most of its first rows say. */
import { LineCursor } from "./line-cursor.ts";
import { ascii, find } from "./byte-text.ts";
import type { RowDialect } from "./row-cursor.ts";
import { RowHead, type ParseHead, type RowLayout } from "./row-head.ts";

const SAMPLE_ROWS = 200;
const SAMPLE_LINES = 5000;
const HEADER_WITHIN = 4096;
const TRACER = ascii("# tracer: ");
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

/**
 * Aligned are the lines when at least half of the rows have their name end in the same place, which is the name's column behind a
 * buffer's name or none; a quarter will do in a file
 * with the kernel's own header: the kernel aligns every line, and what is not aligned is text of markers.
 */
export function learnLayout(dialect: RowDialect, head: Uint8Array): RowLayout {
  const { rows, places } = sampleRows(dialect.parseHead, head);
  const hasHeader = find(head, 0, Math.min(head.length, HEADER_WITHIN), TRACER) >= 0;
  let best = { shift: FREE.shift, count: 0 };
  for (const [place, count] of places) {
    const column = dialect.nameColumns.find((width) => (dialect.hasChains ? place === width : place >= width));
    if (column !== undefined && count > best.count) best = { shift: place - column, count };
  }
  const isEnough = best.count * (hasHeader && best.shift === 0 ? 4 : 2) >= rows;
  return best.count > 0 && isEnough ? { shift: best.shift } : FREE;
}
