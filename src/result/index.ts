export * from "./cause-ids.ts";
export * from "./integers.ts";
export * from "./json-schema.ts";
export * from "./laws.ts";
export * from "./names.ts";
export * from "./parse.ts";
export * from "./schema.ts";
export * from "./serialize.ts";
