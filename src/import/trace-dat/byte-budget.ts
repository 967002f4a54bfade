/**
 * How many bytes may all CPUs of a file have together? Data of two of them never overlaps: a table that says so would have us read the
 * same bytes again and again. And a file may unpack to no more than memory and patience allow.
 */

/** Pages of an idle machine are mostly zeros and shrink a hundredfold; a small file that grows more than this was made to. */
const UNPACKED_PER_BYTE = 200;
const UNPACKED_AT_LEAST = 128 << 20;
/** Unpacked data up to this is kept, so that it is unpacked once; of small files less, for they may not take much memory. */
const KEPT_AT_MOST = 1 << 30;

export class ByteBudget {
  #stored: number;
  #unpacked: number;
  #kept: number;

  constructor(fileSize: number, keptAtMost = KEPT_AT_MOST) {
    this.#stored = fileSize;
    this.#unpacked = UNPACKED_AT_LEAST + UNPACKED_PER_BYTE * fileSize;
    this.#kept = Math.min(keptAtMost, UNPACKED_AT_LEAST + 16 * fileSize);
  }

  /** False when more than the file is asked for. */
  takeStored(bytes: number): boolean {
    if (bytes > this.#stored) return false;
    this.#stored -= bytes;
    return true;
  }

  takeUnpacked(bytes: number): boolean {
    if (bytes > this.#unpacked) return false;
    this.#unpacked -= bytes;
    return true;
  }

  /** True when they may stay in memory. */
  takeKept(bytes: number): boolean {
    if (bytes > this.#kept) return false;
    this.#kept -= bytes;
    return true;
  }
}
