export * from "./disturb/index.ts";
export { missingNeeds } from "./needs.ts";
export * from "./scenarios.ts";
export * from "./start-service.ts";
export * from "./types.ts";
