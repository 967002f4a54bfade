/**
 * Where does the model's data lie, and how is it read? In one file of seeded numbers, row by row with pread: like an engine
 * that does not hold all its weights in memory, a request is only as fast as the page cache.
 */
import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { seededRandom } from "./seeded-random.ts";

/** One page a row, so that a row that is not cached costs one block read. */
export const ROW_BYTES = 4096;
/** 48 MiB. A prime number of rows would do as well; the walk below needs WALK_STEP to share no factor with it. */
export const ROWS = 12_288;
/** Consecutive rows lie 20 MB apart: no readahead window helps. */
const WALK_STEP = 5_003;
const BLOCK_ROWS = 1024;

/** Writes the file and waits until it is on the disk: only clean pages can be evicted. */
export function writeWeights(path: string): void {
  const next = seededRandom(0x1ce);
  const block = new Int32Array((BLOCK_ROWS * ROW_BYTES) / 4);
  const file = openSync(path, "wx", 0o600);
  try {
    for (let row = 0; row < ROWS; row += BLOCK_ROWS) {
      for (let index = 0; index < block.length; index++) block[index] = next();
      writeSync(file, block);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

export interface WeightsReader {
  /** The numbers of a row in -32768..32767; valid until the next call. */
  row(index: number): Int16Array;
  /** The row that follows on a walk that meets every row once. */
  next(index: number): number;
  close(): void;
}

export function openWeights(path: string): WeightsReader {
  const file = openSync(path, "r");
  const numbers = new Int16Array(ROW_BYTES / 2);
  const bytes = new Uint8Array(numbers.buffer);
  return {
    row(index) {
      readSync(file, bytes, 0, ROW_BYTES, index * ROW_BYTES);
      return numbers;
    },
    next: (index) => (index + WALK_STEP) % ROWS,
    close: () => closeSync(file),
  };
}
