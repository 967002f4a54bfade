/** The text of `perf script` for tracepoints. Source of the shapes: tools/perf/builtin-script.c and util/evsel_fprintf.c of Linux 6.1. */
import { sampleRows } from "./learn-layout.ts";
import { makeTextImporter, type TextWriter } from "./open-text.ts";
import { NAME_COLUMN, parsePerfHead } from "./row-head.ts";

export const PERF_SCRIPT: TextWriter = {
  id: "perf-script",
  title: "the text of perf script",
  dialect: { parseHead: parsePerfHead, hasChains: true, nameColumns: [NAME_COLUMN] },
  recognizes: (head) => sampleRows(parsePerfHead, head).rows > 0,
};

export const perfScript = makeTextImporter(PERF_SCRIPT);
