/** Whose record is next? Merges the records of many CPUs and buffers in order of (time, lane), one record of each in memory. */

export interface MergeLane {
  /** of the record that the lane is at; only asked after `next` was true */
  time(): number;
  /** Goes to the next record; false at the end. */
  next(): boolean;
}

/** Yields the lane whose record is the earliest; it is moved on when the next one is asked for. Equal times keep the order of the lanes. */
export function* mergeLanes<Lane extends MergeLane>(lanes: readonly Lane[]): Generator<Lane> {
  const heap = lanes.map((lane, order) => ({ lane, order, time: 0 })).filter(({ lane }) => lane.next());
  for (const entry of heap) entry.time = entry.lane.time();
  const isBefore = (a: number, b: number): boolean => {
    const [left, right] = [heap[a], heap[b]];
    return left !== undefined && right !== undefined && (left.time < right.time || (left.time === right.time && left.order < right.order));
  };
  const sink = (from: number): void => {
    for (let at = from; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (isBefore(child, least)) least = child;
      const [top, lower] = [heap[at], heap[least]];
      if (least === at || top === undefined || lower === undefined) return;
      heap[at] = lower;
      heap[least] = top;
      at = least;
    }
  };
  for (let at = heap.length >> 1; at >= 0; at--) sink(at);
  for (let top = heap[0]; top !== undefined; top = heap[0]) {
    yield top.lane;
    if (top.lane.next()) top.time = top.lane.time();
    else {
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return;
      heap[0] = last;
    }
    sink(0);
  }
}
