export * from "./types.ts";
export * from "./trace-dat-types.ts";
