/** The thread that takes the time: it computes checksums or writes to the disk, real work in small steps, until it is told to rest. */
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { assertExists } from "../../base/index.ts";
import { nameThread } from "../service/thread-name.ts";
import type { WorkConfig } from "./injector.ts";
import { ACTIVE, GO, LIMIT_MS, type WorkThreadData } from "./work-control.ts";

/** About 0.1 ms of work: as late as that it notices that it shall rest. */
const CHECKSUM_BYTES = 32 * 1024;
const WRITE_BYTES = 1024 * 1024;
/** Written before each fsync; then the file is written over again. */
const FILE_WRITES = 48;

export function runWorkThread(): void {
  const port = assertExists(parentPort, "the port of the helper's main thread");
  const { words, comm, work } = workerData as WorkThreadData;
  const control = new Int32Array(words);
  const step = prepare(work);
  port.postMessage({ tid: nameThread(comm) });
  for (;;) {
    Atomics.wait(control, GO, 0);
    Atomics.add(control, ACTIVE, 1);
    const end = performance.now() + Atomics.load(control, LIMIT_MS);
    while (Atomics.load(control, GO) === 1 && performance.now() < end) step();
    // the limit of one thread is the limit of all
    Atomics.store(control, GO, 0);
    Atomics.sub(control, ACTIVE, 1);
  }
}

function prepare(work: WorkConfig): () => void {
  return work.kind === "checksum" ? checksumStep() : writeStep(work.path);
}

function checksumStep(): () => void {
  const bytes = new Uint8Array(CHECKSUM_BYTES).map((_, index) => index);
  const table = Int32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb8_8320 : 0);
    return value;
  });
  return () => {
    let sum = -1;
    for (const byte of bytes) sum = (sum >>> 8) ^ (table[(sum ^ byte) & 0xff] ?? 0);
    bytes[sum & (CHECKSUM_BYTES - 1)] = sum;
  };
}

function writeStep(path: string): () => void {
  const block = new Uint8Array(WRITE_BYTES).map((_, index) => index * 7);
  let file: number | undefined;
  let writes = 0;
  return () => {
    file ??= openSync(path, "w", 0o600);
    writeSync(file, block);
    if (++writes < FILE_WRITES) return;
    fsyncSync(file);
    closeSync(file);
    file = undefined;
    writes = 0;
  };
}
