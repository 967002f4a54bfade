/** In which order are the records of all CPUs taken? By time; among equal stamps by lane, so that rows need no sorting later. */
import type { CpuLane } from "./cpu-lane.ts";

export interface MergedSpan {
  /** times of the earliest and latest record; Infinity and -Infinity when there is none */
  readonly first: number;
  readonly last: number;
  /** false when a CPU's stamps went backwards: after damage and, by some ns, around NMIs */
  readonly isSorted: boolean;
}

/** Takes every record of every lane. Lanes come in the order that decides between equal stamps. */
export function takeAll(lanes: readonly CpuLane[]): MergedSpan {
  const heap = new LaneHeap(lanes);
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  let isSorted = true;
  while (heap.size > 0) {
    const top = heap.top;
    const lane = lanes[top] as CpuLane;
    const { cursor } = lane;
    const rival = heap.rival;
    const limit = rival < 0 ? Number.POSITIVE_INFINITY : heap.timeOf(rival);
    // an equal stamp of a rival with a lower index must come first
    const isFirst = rival < 0 || top < rival;
    let { time } = cursor;
    let more: boolean;
    do {
      if (time < last) isSorted = false;
      else last = time;
      if (time < first) first = time;
      lane.take();
      more = cursor.next();
      time = cursor.time;
    } while (more && (time < limit || (isFirst && time === limit)));
    heap.replaceTop(more, time);
  }
  return { first, last, isSorted };
}

/** Lanes that still have a record, the one with the earliest on top. Called once per few records: no object is made. */
class LaneHeap {
  size: number;
  /** lanes in heap order, and per lane the time of its next record */
  readonly #heap: Int32Array;
  readonly #times: Float64Array;

  constructor(lanes: readonly CpuLane[]) {
    const alive = Int32Array.from([...lanes.keys()].filter((index) => (lanes[index] as CpuLane).cursor.next()));
    this.#heap = alive;
    this.#times = Float64Array.from(lanes, (lane) => lane.cursor.time);
    this.size = alive.length;
    for (let at = (this.size >> 1) - 1; at >= 0; at--) this.#siftDown(at);
  }

  get top(): number {
    return this.#heap[0] as number;
  }

  /** The next earliest lane, which is the lesser child of the root; -1 when there is none. */
  get rival(): number {
    if (this.size < 2) return -1;
    const left = this.#heap[1] as number;
    if (this.size < 3) return left;
    const right = this.#heap[2] as number;
    return this.#isBefore(right, left) ? right : left;
  }

  timeOf(lane: number): number {
    return this.#times[lane] as number;
  }

  /** The top lane has moved on to `time`, or has no more records. */
  replaceTop(hasMore: boolean, time: number): void {
    if (hasMore) this.#times[this.#heap[0] as number] = time;
    else this.#heap[0] = this.#heap[--this.size] as number;
    this.#siftDown(0);
  }

  #isBefore(a: number, b: number): boolean {
    const timeA = this.#times[a] as number;
    const timeB = this.#times[b] as number;
    return timeA < timeB || (timeA === timeB && a < b);
  }

  #siftDown(from: number): void {
    const heap = this.#heap;
    const moving = heap[from] as number;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && this.#isBefore(heap[child + 1] as number, heap[child] as number)) child++;
      if (!this.#isBefore(heap[child] as number, moving)) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = moving;
  }
}
