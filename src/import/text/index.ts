/** Traces as text: what reads them, in the order in which it is tried. Each is recognised by its content. */
import type { Importer } from "../importer.ts";
import { atrace, systracePage } from "./atrace.ts";
import { ftraceText } from "./ftrace-text.ts";
import { functionGraph } from "./function-graph.ts";
import { latencyText } from "./latency-report.ts";
import { perfScript } from "./perf-script.ts";
import { traceCmdReport } from "./trace-cmd-report.ts";

export { readFunctionCalls, type FunctionCall } from "./function-graph.ts";
export { readLatencyReport } from "./latency-report.ts";
export { tracerRow, type TracerRow } from "./tracer-rows.ts";

/** Containers first; then texts with a header of their own; the plain one, which is known by its rows alone, last. */
export const textImporters: readonly Importer[] = [systracePage, atrace, functionGraph, latencyText, traceCmdReport, perfScript, ftraceText];
