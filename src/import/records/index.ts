export { isKernelSince } from "./kernel-release.ts";
export { parsePrintkFormats, parseSavedCmdlines } from "./side-files.ts";
export { taskStatesOf, type TaskStates } from "./task-states.ts";
export { traceDatRecords, type TraceDatRecordsOptions } from "./trace-dat-records.ts";
