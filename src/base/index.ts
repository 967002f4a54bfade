export * from "./assert.ts";
export * from "./columns.ts";
export * from "./errors.ts";
export * from "./group-rows.ts";
export * from "./printable.ts";
export * from "./search.ts";
export * from "./string-table.ts";
export * from "./units.ts";
