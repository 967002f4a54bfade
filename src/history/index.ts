export { compareRuns, type CompareOptions } from "./compare.ts";
