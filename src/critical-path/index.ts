export * from "./hand-off.ts";
export * from "./lost.ts";
export * from "./on-cpu.ts";
export * from "./runnable-context.ts";
export * from "./segment.ts";
export * from "./walk.ts";
