/** The text of `trace-cmd report`. Source of the shapes: trace-cmd's trace-read.c and libtraceevent's plugins, 2.8 to 3.3. */
import { textOf } from "./byte-text.ts";
import { LineCursor } from "./line-cursor.ts";
import { makeTextImporter, type TextWriter } from "./open-text.ts";
import { NAME_COLUMN, SHORT_NAME_COLUMN, parseReportHead, RowHead } from "./row-head.ts";

const BANNER = /^(cpus=\d+|version = \d+|CPU \d+ is empty)$/;
const FIRST_LINES = 60;
/** `name:` padded to 21 columns, as only trace-cmd writes it */
const PADDED = /^\w+: {2,}(?=\S)/;
const PADDED_WIDTH = 22;

export const TRACE_CMD_REPORT: TextWriter = {
  id: "trace-cmd-report",
  title: "the text of trace-cmd report",
  dialect: { parseHead: parseReportHead, hasChains: false, nameColumns: [NAME_COLUMN, SHORT_NAME_COLUMN] },
  isReport: true,
  recognizes,
};

export const traceCmdReport = makeTextImporter(TRACE_CMD_REPORT);

/** By its banner; where that was cut off, by rows whose names are padded. */
function recognizes(head: Uint8Array): boolean {
  const lines = new LineCursor([{ offset: 0, bytes: head }]);
  const row = new RowHead();
  let [rows, padded] = [0, 0];
  for (let seen = 0; seen < FIRST_LINES && lines.next(); seen++) {
    const { bytes, start, end } = lines;
    if (end - start < 40 && BANNER.test(textOf(bytes, start, end))) return true;
    if (bytes[start] === 0x23) return false;
    if (!parseReportHead(bytes, start, end, row, { shift: -1 })) continue;
    rows++;
    const match = PADDED.exec(textOf(bytes, row.bodyFrom, Math.min(end, row.bodyFrom + 40)));
    if (match !== null && match[0].length >= PADDED_WIDTH) padded++;
  }
  return padded > 0 && padded * 2 >= rows;
}
