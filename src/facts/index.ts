export * from "./counters.ts";
export * from "./event-loops.ts";
export * from "./priority.ts";
export * from "./run.ts";
