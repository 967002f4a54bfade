export { hasLazyRescheduling, latencyColumn } from "./latency-column.ts";
export { ndjsonLine, ndjsonLines } from "./ndjson.ts";
export { planFile, writeAll, writeLines, writeLinesToFile, type NewFile } from "./output.ts";
export { writeTraceDatFile } from "./trace-dat.ts";
export { traceTextLine, traceTextLines } from "./trace-text.ts";
