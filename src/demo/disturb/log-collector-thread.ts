/** The thread that reads the service's log: a blocking read, the text handed on, and now and then a pause. */
import { readSync } from "node:fs";
import type { MessagePort } from "node:worker_threads";
import { GO, LIMIT_MS } from "./helper-thread.ts";

/** The pipe from the service. */
const PIPE = 3;
/** A page at a time: what is read when the pause comes makes room for no more than this. */
const READ_BYTES = 4096;

/** Returns when the service has closed its end. */
export function runLogCollectorThread(control: Int32Array, port: MessagePort): void {
  const bytes = new Uint8Array(READ_BYTES);
  for (let length = read(bytes); length > 0; length = read(bytes)) {
    // not written from here: who reads us late must not be felt by the service
    port.postMessage({ part: bytes.slice(0, length) });
    // a pause begins with the first line after the order and ends by itself
    if (Atomics.load(control, GO) === 1) {
      Atomics.wait(control, GO, 1, Atomics.load(control, LIMIT_MS));
      Atomics.store(control, GO, 0);
    }
  }
}

function read(bytes: Uint8Array): number {
  try {
    return readSync(PIPE, bytes);
  } catch {
    return 0;
  }
}
