export * from "./event-specs.ts";
export * from "./event-table.ts";
export * from "./threads.ts";
export * from "./trace.ts";
export * from "./tracer-findings.ts";
