/** Passes the service's log on, and stops reading when told to, as a log driver with a full disk does. */
import { nameThread } from "../service/thread-name.ts";
import { CONTROL_WORDS, GO, LIMIT_MS, startHelperThread } from "./helper-thread.ts";
import type { Injector } from "./injector.ts";

export async function createLogCollector(): Promise<Injector> {
  const comm = "log-collector";
  nameThread(comm);
  const words = new SharedArrayBuffer(CONTROL_WORDS * 4);
  const control = new Int32Array(words);
  // standard output carries the answers to orders
  const reader = await startHelperThread({ role: "log-collector", words, comm }, (part) => process.stderr.write(part));
  return {
    culprits: [reader],
    async begin(ms) {
      Atomics.store(control, LIMIT_MS, ms);
      Atomics.store(control, GO, 1);
    },
    async end() {
      Atomics.store(control, GO, 0);
      Atomics.notify(control, GO);
    },
    dispose: async () => undefined,
  };
}
