/** How are threads that never look at their messages told to work and to rest? By words in shared memory. */
import type { WorkConfig } from "./injector.ts";

export const WORK_WORDS = 4;
/** 1 = work */
export const GO = 0;
/** milliseconds that one call to work may last */
export const LIMIT_MS = 1;
/** how many threads are at it */
export const ACTIVE = 2;

export interface WorkThreadData {
  readonly words: SharedArrayBuffer;
  readonly comm: string;
  readonly work: WorkConfig;
}
