/** How are threads that never look at their messages told to work and to rest? By words in shared memory. */
import { Worker } from "node:worker_threads";
import { entryPoint } from "../../linux/index.ts";
import type { Culprit } from "../types.ts";

export const CONTROL_WORDS = 4;
/** 1 = do what you are here for */
export const GO = 0;
/** milliseconds that it may last */
export const LIMIT_MS = 1;
/** how many threads are at it */
export const ACTIVE = 2;

export interface HelperThreadData {
  readonly role: "worker" | "log-collector";
  readonly words: SharedArrayBuffer;
  readonly comm: string;
}

export type FromHelperThread = { readonly tid: number } | { readonly part: Uint8Array };

/** Resolves when the thread has its name and says its tid. `onPart` gets the log that a collector reads. */
export function startHelperThread(data: HelperThreadData, onPart: (part: Uint8Array) => void = () => undefined): Promise<Culprit> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(entryPoint("disturb"), { workerData: data, name: data.comm, execArgv: [] });
    worker.once("error", reject);
    worker.on("message", (message: FromHelperThread) => {
      if ("part" in message) onPart(message.part);
      else resolve({ pid: process.pid, tid: message.tid, comm: data.comm });
    });
  });
}
