/**
 * How do events leave the kernel? Not at all while requests run, if the ring holds them: reading costs CPU time and cache of
 * the very machine that is measured. The fill of every ring is looked at each tick, and a ring that is fuller than FULL is
 * emptied to disk. At 16 MiB a CPU can write 96 MiB/s (1.4 million events/s) before a ring overflows between two ticks.
 */
import { readSync } from "node:fs";
import { errorCode, readText } from "../linux/index.ts";
import type { DrainBuffer, DrainedCpu, DrainPlan } from "./drain-protocol.ts";
import { Spool } from "./spool.ts";
import { parseStats, type RingStats } from "./stats.ts";

/** Of a ring, from which on it is emptied. */
const FULL = 0.4;
/** Of one CPU in one tick, so that no CPU starves the others. */
const MOST_PER_TICK = 256;
/** Read before they are written with one call. */
const BATCH_BYTES = 1 << 20;
/** EAGAIN: empty. ENODEV: the CPU was offline when the instance was made. ENOMEM, EBUSY: try again at the next tick. */
const NORMAL = new Set(["EAGAIN", "ENOMEM", "EBUSY", "ENODEV"]);

interface Source {
  readonly buffer: DrainBuffer;
  readonly cpu: number;
  readonly pipe: number;
  readonly spool: Spool;
  /** no more can be read: the error was not a normal one */
  isBroken: boolean;
}

export class Drainer {
  readonly #sources: readonly Source[];
  readonly #pageSize: number;
  readonly #batch: Buffer;
  /** one sentence for each pipe that failed */
  readonly problems: string[] = [];
  hasDrained = false;

  constructor({ buffers, subBufferBytes }: DrainPlan) {
    this.#pageSize = subBufferBytes;
    this.#batch = Buffer.alloc(Math.max(1, Math.floor(BATCH_BYTES / subBufferBytes)) * subBufferBytes);
    this.#sources = buffers.flatMap((buffer) =>
      buffer.cpus.map(({ cpu, pipe, spool }) => ({ buffer, cpu, pipe, spool: new Spool(spool, subBufferBytes), isBroken: false })),
    );
  }

  /** One look at every ring. Throws what the disk says. */
  tick(seen: (buffer: DrainBuffer, cpu: number, stats: RingStats) => void): void {
    for (const source of this.#sources) {
      const text = statsText(source);
      // unreadable (tracefs was unmounted): the pipe that we hold still works, so it is emptied rather than trusted
      if (text !== "") {
        const stats = parseStats(text);
        seen(source.buffer, source.cpu, stats);
        if (stats.bytes <= source.buffer.ringBytes * FULL) continue;
      }
      this.hasDrained = true;
      this.#drain(source, MOST_PER_TICK);
    }
  }

  /** After tracing went off: everything that is left. `isAborted` ends it between two reads. */
  finish(isAborted: () => boolean): void {
    for (const source of this.#sources) if (!isAborted()) this.#drain(source, Number.POSITIVE_INFINITY);
  }

  close(): readonly DrainedCpu[] {
    return this.#sources.map((source) => {
      source.spool.close();
      return { buffer: source.buffer.name, cpu: source.cpu, bytes: source.spool.bytes, stats: statsText(source) };
    });
  }

  #drain(source: Source, most: number): void {
    if (source.isBroken) return;
    const pageSize = this.#pageSize;
    let filled = 0;
    let isEmpty = false;
    for (let pages = 0; pages < most && !isEmpty; pages++) {
      isEmpty = !this.#readPage(source, filled);
      if (!isEmpty) filled += pageSize;
      if (filled === this.#batch.length || (isEmpty && filled > 0)) {
        source.spool.append(this.#batch.subarray(0, filled));
        filled = 0;
      }
    }
    if (filled > 0) source.spool.append(this.#batch.subarray(0, filled));
  }

  /** Reads one sub-buffer into the batch; false when there is none. */
  #readPage(source: Source, at: number): boolean {
    let count: number;
    try {
      count = readSync(source.pipe, this.#batch, at, this.#pageSize, null);
    } catch (error) {
      const code = errorCode(error);
      if (code === "EINTR") return this.#readPage(source, at);
      if (!NORMAL.has(code)) {
        source.isBroken = true;
        this.problems.push(`the events of CPU ${source.cpu} (${source.buffer.name}) could not be read any more: ${code}`);
      }
      return false;
    }
    // a whole image is promised for a read of that size; a shorter one is still valid up to its own commit
    if (count > 0 && count < this.#pageSize) this.#batch.fill(0, at + count, at + this.#pageSize);
    return count > 0;
  }
}

const statsText = ({ buffer, cpu }: Source): string => readText(`${buffer.path}/per_cpu/cpu${cpu}/stats`);
