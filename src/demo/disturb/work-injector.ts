/** Threads with work of their own, which wait until they are called: a neighbour that computes, a real-time loop. */
import { setTimeout as sleep } from "node:timers/promises";
import { nameThread } from "../service/thread-name.ts";
import type { Injector, InjectorConfig } from "./injector.ts";
import { ACTIVE, CONTROL_WORDS, GO, LIMIT_MS, startHelperThread, type HelperThreadData } from "./helper-thread.ts";

/** A step of work takes 0.1 ms, but a thread may have to wait for the CPU. */
const REST_TIMEOUT_MS = 1000;

export async function createWorkInjector(config: Extract<InjectorConfig, { role: "worker" }>): Promise<Injector> {
  nameThread(config.comm);
  const words = new SharedArrayBuffer(CONTROL_WORDS * 4);
  const control = new Int32Array(words);
  const data: HelperThreadData = { role: "worker", words, comm: config.comm };
  const culprits = await Promise.all(Array.from({ length: config.threads }, () => startHelperThread(data)));

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
    dispose: async () => undefined,
  };
}
