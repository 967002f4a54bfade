/** Tids are reused: who had a tid at which time, while the events are gone through? */
import type { ThreadSeed } from "../trace/index.ts";

/** PID_MAX_LIMIT of 64-bit kernels; a larger tid is damage. */
export const TID_LIMIT = 4_194_304;

export class Incarnations {
  /** by tid, in order of birth */
  readonly #byTid = new Map<number, ThreadSeed[]>();
  readonly #describe: (tid: number) => Omit<ThreadSeed, "born">;

  /** `describe` says what is known of a thread that was there before the recording began. */
  constructor(describe: (tid: number) => Omit<ThreadSeed, "born">) {
    this.#describe = describe;
  }

  /** Births of one tid come in order of time. */
  add(seed: ThreadSeed): void {
    const list = this.#byTid.get(seed.tid);
    if (list) list.push(seed);
    else this.#byTid.set(seed.tid, [seed]);
  }

  /** The one that had the tid then; made, as older than the recording, when none had. */
  at(tid: number, time: number): ThreadSeed {
    const list = this.#byTid.get(tid) ?? [];
    const found = list.findLast((seed) => seed.born <= time);
    if (found !== undefined) return found;
    const seed = { ...this.#describe(tid), born: Number.NEGATIVE_INFINITY };
    this.#byTid.set(tid, [seed, ...list]);
    return seed;
  }

  all(): ThreadSeed[] {
    return [...this.#byTid.values()].flat();
  }
}
