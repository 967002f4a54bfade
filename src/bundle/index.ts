export * from "./open-bundle.ts";
export * from "./output.ts";
export * from "./trace-dat-types.ts";
export * from "./types.ts";
export * from "./write-trace-dat.ts";
