/** Threads with work of their own, which wait until they are called: a neighbour that computes, a copy to the disk, a real-time loop. */
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { entryPoint } from "../../linux/index.ts";
import { nameThread } from "../service/thread-name.ts";
import type { Culprit } from "../types.ts";
import type { Injector, InjectorConfig } from "./injector.ts";
import { ACTIVE, GO, LIMIT_MS, WORK_WORDS, type WorkThreadData } from "./work-control.ts";

/** A step is 0.1 ms of computing, or one write to a disk that may be very busy. */
const REST_TIMEOUT_MS = 4000;

export async function createWorkInjector(config: Extract<InjectorConfig, { role: "worker" }>): Promise<Injector> {
  nameThread(config.comm);
  const words = new SharedArrayBuffer(WORK_WORDS * 4);
  const control = new Int32Array(words);
  const data: WorkThreadData = { words, comm: config.comm, work: config.work };
  const culprits = await Promise.all(Array.from({ length: config.threads }, () => startThread(data)));

  async function until(holds: () => boolean, ms: number): Promise<void> {
    for (const end = performance.now() + ms; !holds() && performance.now() < end;) await sleep(1);
  }

  return {
    culprits,
    async begin(ms) {
      Atomics.store(control, LIMIT_MS, Math.min(ms, config.limitMs));
      Atomics.store(control, GO, 1);
      Atomics.notify(control, GO);
      // the others follow when the first has used up its slice of the CPU they share
      await until(() => Atomics.load(control, ACTIVE) > 0, 100);
    },
    async end() {
      Atomics.store(control, GO, 0);
      await until(() => Atomics.load(control, ACTIVE) === 0, REST_TIMEOUT_MS);
    },
    async dispose() {
      if (config.work.kind === "write") rmSync(config.work.path, { force: true });
    },
  };
}

function startThread(data: WorkThreadData): Promise<Culprit> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(entryPoint("disturb"), { workerData: data, name: data.comm, execArgv: [] });
    worker.once("error", reject);
    worker.once("message", ({ tid }: { readonly tid: number }) => resolve({ pid: process.pid, tid, comm: data.comm }));
  });
}
