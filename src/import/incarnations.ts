/** Tids are reused: who had a tid at which time, while the events are gone through? */
import type { ThreadSeed } from "../trace/index.ts";

/** PID_MAX_LIMIT of 64-bit kernels; a larger tid is damage. */
const TID_LIMIT = 4_194_304;
const FIRST_TIDS = 65_536;

export class Incarnations {
  /** by tid, in order of birth */
  readonly #byTid = new Map<number, ThreadSeed[]>();
  readonly #describe: (tid: number) => Omit<ThreadSeed, "born">;
  /** per tid the number of the last walk that has seen it, and the birth of the incarnation it saw */
  #seen = new Uint16Array(FIRST_TIDS);
  #born = new Float64Array(FIRST_TIDS);
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
   * Calls `use` with every incarnation that these rows name and the newest row that does. From the end, so that an
   * incarnation costs a single look-up, however many rows it has. Rows are in order of time.
   */
  eachNewest(tids: ArrayLike<number>, times: ArrayLike<number>, use: (seed: ThreadSeed, row: number) => void): void {
    const walk = ++this.#walk;
    let seen = this.#seen;
    let born = this.#born;
    for (let row = times.length - 1; row >= 0; row--) {
      const tid = tids[row] as number;
      if (!(tid > 0 && tid < TID_LIMIT)) continue;
      if (tid >= seen.length) {
        this.#grow(tid);
        seen = this.#seen;
        born = this.#born;
      }
      if (seen[tid] === walk && (times[row] as number) >= (born[tid] as number)) continue;
      const seed = this.at(tid, times[row] as number);
      seen[tid] = walk;
      born[tid] = seed.born;
      use(seed, row);
    }
  }

  all(): ThreadSeed[] {
    return [...this.#byTid.values()].flat();
  }

  #grow(tid: number): void {
    const size = Math.min(TID_LIMIT, 2 ** Math.ceil(Math.log2(tid + 1)));
    const [seen, born] = [new Uint16Array(size), new Float64Array(size)];
    seen.set(this.#seen);
    born.set(this.#born);
    this.#seen = seen;
    this.#born = born;
  }
}
