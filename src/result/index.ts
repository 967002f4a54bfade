export * from "./cause-ids.ts";
export * from "./integers.ts";
export * from "./json-schema.ts";
export * from "./laws.ts";
export * from "./schema.ts";
export * from "./serialize.ts";
