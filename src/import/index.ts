/** Recordings to Traces. */
export type { LatencyReport } from "./latency-types.ts";
export { isKernelSince } from "./records/kernel-release.ts";
export type { FieldValue, ImportOptions, OpenedRecording, TraceRecord } from "./importer.ts";
export { importTrace, openRecording } from "./open-recording.ts";
export { readFunctionCalls } from "./function-calls.ts";
export { readTracerTexts } from "./tracer-texts.ts";
