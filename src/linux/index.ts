export * from "./capabilities.ts";
export * from "./cgroup.ts";
export * from "./entry-point.ts";
export * from "./identity.ts";
export * from "./procfs.ts";
export * from "./sample.ts";
export * from "./target.ts";
export * from "./tracefs.ts";
