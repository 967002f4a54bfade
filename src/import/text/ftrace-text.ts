/** The `trace`, `trace_pipe` and `snapshot` files of ftrace. Source of the shapes: kernel/trace/trace.c and trace_output.c. */
import { ascii, find } from "./byte-text.ts";
import { sampleRows } from "./learn-layout.ts";
import { makeTextImporter, type TextWriter } from "./open-text.ts";
import { NAME_COLUMN, parseDefaultHead } from "./row-head.ts";

const TRACER = ascii("# tracer: ");
const ART = ascii("TASK-PID");

export const FTRACE_TEXT: TextWriter = {
  id: "ftrace-text",
  title: "a trace or trace_pipe of ftrace, as text",
  dialect: { parseHead: parseDefaultHead, hasChains: false, nameColumns: [NAME_COLUMN] },
  recognizes: (head) => find(head, 0, Math.min(head.length, 4096), TRACER) >= 0 || find(head, 0, Math.min(head.length, 8192), ART) >= 0 || hasRows(head),
};

export const ftraceText = makeTextImporter(FTRACE_TEXT);

/** A text without a header (trace_pipe, a cut file) is one when it has rows. */
export function hasRows(head: Uint8Array): boolean {
  return sampleRows(parseDefaultHead, head).rows > 0;
}
