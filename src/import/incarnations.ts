/** Tids are reused: who had a tid at which time, while the events are gone through? */
import type { ThreadSeed } from "../trace/index.ts";

/** PID_MAX_LIMIT of 64-bit kernels; a larger tid is damage. */
const TID_LIMIT = 4_194_304;

export class Incarnations {
  /** by tid, in order of birth */
  readonly #byTid = new Map<number, ThreadSeed[]>();
  readonly #describe: (tid: number) => Omit<ThreadSeed, "born">;
  /** per tid the number of the last walk that has seen it, and the birth of the incarnation it saw; untouched places cost no memory */
  readonly #seen = new Uint16Array(TID_LIMIT);
  readonly #born = new Float64Array(TID_LIMIT);
  #walk = 0;

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

  /**
   * Calls `use` with every incarnation that these rows name and the newest row that does. From the end, so that a tid
   * with one incarnation costs a single look-up, however many rows it has.
   */
  eachNewest(tids: ArrayLike<number>, times: ArrayLike<number>, use: (seed: ThreadSeed, row: number) => void): void {
    const walk = ++this.#walk;
    const seen = this.#seen;
    const born = this.#born;
    const used = new Set<ThreadSeed>();
    for (let row = times.length - 1; row >= 0; row--) {
      const tid = tids[row] as number;
      if (!(tid > 0 && tid < TID_LIMIT) || (seen[tid] === walk && (times[row] as number) >= (born[tid] as number))) continue;
      const seed = this.at(tid, times[row] as number);
      seen[tid] = walk;
      born[tid] = seed.born;
      if (used.has(seed)) continue;
      used.add(seed);
      use(seed, row);
    }
  }

  all(): ThreadSeed[] {
    return [...this.#byTid.values()].flat();
  }
}
