export * from "./types.ts";
export * from "./trace-dat-types.ts";
export * from "./bundle-directory.ts";
export * from "./count-records.ts";
export * from "./open-bundle.ts";
export * from "./write-trace-dat.ts";
