/** The thread that takes the CPU: it computes checksums, real work in small steps, until it is told to rest. */
import { ACTIVE, GO, LIMIT_MS } from "./helper-thread.ts";

/** About 0.1 ms of work: as late as that it notices that it shall rest. */
const CHECKSUM_BYTES = 32 * 1024;

/** Never returns. */
export function runWorkThread(control: Int32Array): never {
  const step = checksumStep();
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
