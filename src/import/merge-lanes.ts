/**
 * Which row does each record of all CPUs get in its table? By time; among equal stamps by lane, so that rows need no sorting later.
 *
 * Round by round: everything up to the end of the sub-buffer that ends first is there, so it can be put in order. Each lane's part
 * of it is in order already; neighbouring parts are merged pairwise, in small arrays that stay in a cache.
 */
import type { CpuLane } from "./cpu-lane.ts";

/**
 * Gives every wanted record of every lane its row: the next one of `lengths[slot]`. Lanes come in the order that decides between equal stamps.
 * False when a CPU's stamps went backwards (after damage and, by some ns, around NMIs): then rows are not in order of time.
 */
export function takeAll(lanes: readonly CpuLane[], lengths: Int32Array): boolean {
  const round = new Round();
  let alive = lanes.filter((lane) => lane.turn());
  while (alive.length > 0) {
    let limit = Number.POSITIVE_INFINITY;
    let limiting = 0;
    for (let index = 0; index < alive.length; index++) {
      const { latest } = alive[index] as CpuLane;
      if (latest < limit) {
        limit = latest;
        limiting = index;
      }
    }
    round.clear();
    // equal stamps of a lane behind the limiting one must wait for what that one still has
    for (let index = 0; index < alive.length; index++) round.collect(alive[index] as CpuLane, limit, index <= limiting);
    round.assign(lengths);
    let ended = false;
    for (let index = 0; index < alive.length; index++) {
      const lane = alive[index] as CpuLane;
      if (lane.position === lane.length && !lane.turn()) ended = true;
    }
    if (ended) alive = alive.filter((lane) => lane.length > 0);
  }
  return round.isSorted;
}

/** The records of one round, numbered as they are collected: lane by lane, each lane's in order. */
class Round {
  /** false when a stamp was before the one of the row before */
  isSorted = true;
  #last = Number.NEGATIVE_INFINITY;
  #length = 0;
  #times = new Float64Array(1024);
  #slots = new Int32Array(1024);
  #rows = new Int32Array(1024);
  /** numbers in order of time, and the other half of the merge */
  #order = new Int32Array(1024);
  #other = new Int32Array(1024);
  /** where each lane's part begins */
  readonly #begins: number[] = [];
  readonly #lanes: CpuLane[] = [];

  clear(): void {
    this.#length = 0;
    this.#begins.length = 0;
    this.#lanes.length = 0;
  }

  /** The lane's next records up to `limit`, with it when `inclusive`. */
  collect(lane: CpuLane, limit: number, inclusive: boolean): void {
    const { times, slots, length, position } = lane;
    const begin = this.#length;
    if (begin + length - position > this.#times.length) this.#grow(begin + length - position);
    const ownTimes = this.#times;
    const ownSlots = this.#slots;
    let to = begin;
    for (let at = position; at < length; at++) {
      const time = times[at] as number;
      if (time > limit || (time === limit && !inclusive)) break;
      ownTimes[to] = time;
      ownSlots[to] = slots[at] as number;
      to++;
    }
    if (to === begin) return;
    this.#begins.push(begin);
    this.#lanes.push(lane);
    this.#length = to;
  }

  /** Gives rows in order, and hands them to the lanes. */
  assign(lengths: Int32Array): void {
    const order = this.#sort();
    const times = this.#times;
    const slots = this.#slots;
    const rows = this.#rows;
    let last = this.#last;
    for (let index = 0; index < this.#length; index++) {
      const record = order[index] as number;
      const time = times[record] as number;
      if (time < last) this.isSorted = false;
      last = time;
      rows[record] = lengths[slots[record] as number]++;
    }
    this.#last = last;
    this.#begins.forEach((begin, index) => {
      const lane = this.#lanes[index] as CpuLane;
      const end = this.#begins[index + 1] ?? this.#length;
      for (let record = begin; record < end; record++) lane.rows[lane.position++] = rows[record] as number;
    });
  }

  #sort(): Int32Array {
    let from = this.#order;
    let to = this.#other;
    for (let index = 0; index < this.#length; index++) from[index] = index;
    let begins: readonly number[] = this.#begins;
    while (begins.length > 1) {
      const merged: number[] = [];
      for (let pair = 0; pair < begins.length; pair += 2) {
        const begin = begins[pair] as number;
        const middle = begins[pair + 1] ?? this.#length;
        merge(from, to, this.#times, begin, middle, begins[pair + 2] ?? this.#length);
        merged.push(begin);
      }
      begins = merged;
      [from, to] = [to, from];
    }
    return from;
  }

  #grow(records: number): void {
    const size = 2 ** Math.ceil(Math.log2(records + this.#length));
    const [times, slots] = [this.#times, this.#slots];
    this.#times = new Float64Array(size);
    this.#slots = new Int32Array(size);
    this.#times.set(times);
    this.#slots.set(slots);
    this.#rows = new Int32Array(size);
    this.#order = new Int32Array(size);
    this.#other = new Int32Array(size);
  }
}

/** from[begin .. middle] and from[middle .. end], each in order of time, to to[begin .. end]; of equal stamps the first part's come first. */
function merge(from: Int32Array, to: Int32Array, times: Float64Array, begin: number, middle: number, end: number): void {
  let [left, right, at] = [begin, middle, begin];
  while (left < middle && right < end) {
    const a = from[left] as number;
    const b = from[right] as number;
    if ((times[b] as number) < (times[a] as number)) {
      to[at++] = b;
      right++;
    } else {
      to[at++] = a;
      left++;
    }
  }
  while (left < middle) to[at++] = from[left++] as number;
  while (right < end) to[at++] = from[right++] as number;
}
