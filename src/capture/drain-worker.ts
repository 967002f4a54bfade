/**
 * The thread that keeps an eye on the rings and empties them. It does nothing else and no other thread of ours does this, so
 * a main thread that is busy with a request costs no event. It sleeps on a shared word, which wakes it at once to stop.
 */
import { parentPort, workerData } from "node:worker_threads";
import { assertExists } from "../base/index.ts";
import { COMMAND, STATE, WORD, type DrainInput, type FromDrainWorker } from "./drain-protocol.ts";
import { record } from "./record.ts";

const port = assertExists(parentPort, "the port of the thread that started this worker");
const input = workerData as DrainInput;
const control = new Int32Array(input.control);
const say = (message: FromDrainWorker): void => port.postMessage(message);

try {
  say({ kind: "ready" });
  const result = record(input, {
    wait: (during, ms) => void Atomics.wait(control, WORD.command, during, ms),
    command: () => Atomics.load(control, WORD.command),
    onDraining: () => say({ kind: "draining" }),
  });
  if (Atomics.load(control, WORD.command) !== COMMAND.abort) say({ kind: "done", result });
} finally {
  Atomics.store(control, WORD.state, STATE.gone);
  Atomics.notify(control, WORD.state);
}
