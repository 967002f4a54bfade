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
  for (let lane = heap.top; lane !== undefined; lane = heap.top) {
    const { cursor } = lane;
    const limit = heap.rivalTime;
    // an equal stamp of a rival with a lower index must come first
    const isFirst = heap.isTopBeforeRival;
    let more: boolean;
    do {
      const { time } = cursor;
      if (time < last) isSorted = false;
      else last = time;
      if (time < first) first = time;
      lane.take();
      more = cursor.next();
    } while (more && (cursor.time < limit || (isFirst && cursor.time === limit)));
    heap.replaceTop(more);
  }
  return { first, last, isSorted };
}

/** Lanes that still have a record, the one with the earliest on top. */
class LaneHeap {
  readonly #lanes: readonly CpuLane[];
  /** indexes into the lanes */
  readonly #heap: number[];

  constructor(lanes: readonly CpuLane[]) {
    this.#lanes = lanes;
    this.#heap = [...lanes.keys()].filter((index) => (lanes[index] as CpuLane).cursor.next());
    for (let at = (this.#heap.length >> 1) - 1; at >= 0; at--) this.#siftDown(at);
  }

  get top(): CpuLane | undefined {
    const index = this.#heap[0];
    return index === undefined ? undefined : this.#lanes[index];
  }

  /** Time of the next earliest lane: the lesser child of the root. */
  get rivalTime(): number {
    const rival = this.#rival();
    return rival === undefined ? Number.POSITIVE_INFINITY : this.#time(rival);
  }

  get isTopBeforeRival(): boolean {
    const rival = this.#rival();
    return rival === undefined || (this.#heap[0] as number) < rival;
  }

  /** The top lane has moved on, or has no more records. */
  replaceTop(hasMore: boolean): void {
    if (!hasMore) {
      const last = this.#heap.pop() as number;
      if (this.#heap.length === 0) return;
      this.#heap[0] = last;
    }
    this.#siftDown(0);
  }

  #time(index: number): number {
    return (this.#lanes[index] as CpuLane).cursor.time;
  }

  #rival(): number | undefined {
    const [, left, right] = this.#heap;
    return left === undefined || right === undefined || this.#isBefore(left, right) ? left : right;
  }

  #isBefore(a: number, b: number): boolean {
    const [timeA, timeB] = [this.#time(a), this.#time(b)];
    return timeA < timeB || (timeA === timeB && a < b);
  }

  #siftDown(from: number): void {
    const heap = this.#heap;
    const moving = heap[from] as number;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#isBefore(heap[child + 1] as number, heap[child] as number)) child++;
      if (!this.#isBefore(heap[child] as number, moving)) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = moving;
  }
}
