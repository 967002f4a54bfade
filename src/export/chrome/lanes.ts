/** Which numbers have the processes that the format makes us invent? Linux has no pid above 2^22. */
import type { Lane } from "./trace-events.ts";

const FIRST_REQUEST = 100_000_000;
const FIRST_CPU = 200_000_000;
const UNKNOWN_PROCESS = 300_000_000;

/** Order on the screen. */
export const RANK = { request: 0, cpu: 1, process: 2, unknownProcess: 3 } as const;

export const REQUEST_LANES = { path: 1, phases: 2 } as const;
/** From `missing` on there is one per buffer that lost events. */
export const CPU_LANES = { threads: 1, interrupts: 2, missing: 3 } as const;

export const requestProcess = (index: number): number => FIRST_REQUEST + index;
export const cpuProcess = (cpu: number): number => FIRST_CPU + cpu;
export const isKnownProcess = (pid: number): boolean => pid >= 0;
export const threadLane = ({ pid, tid }: { readonly pid: number; readonly tid: number }): Lane => ({ pid: isKnownProcess(pid) ? pid : UNKNOWN_PROCESS, tid });
