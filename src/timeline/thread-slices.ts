/** Things that begin and end on one thread (system calls, reclaim, work items): found by (thread, time). */
import { ColumnBuilder, groupRows, lowerBound, upperBound } from "../base/index.ts";
import type { EventTable, ThreadIndex, Trace } from "../trace/index.ts";

/** Slices of all threads, sorted by (thread, start). `begin`/`finish` are rows of the event tables, -1 when not seen. */
export interface ThreadSlices {
  readonly first: Int32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly begin: Int32Array;
  readonly finish: Int32Array;
}

/**
 * Pairs begin and end events of the current thread. Slices of one thread do not nest (a begin closes an open one).
 * A slice without its end lasts to the end of the trace; an end without its begin starts where the thread's previous slice ended.
 */
export function pairSlices(trace: Trace, beginName: string, endName: string): ThreadSlices {
  const begins = trace.tables.get(beginName);
  const ends = trace.tables.get(endName);
  const out = {
    thread: new ColumnBuilder("i32"),
    start: new ColumnBuilder("f64"),
    end: new ColumnBuilder("f64"),
    begin: new ColumnBuilder("i32"),
    finish: new ColumnBuilder("i32"),
  };
  const open = new Int32Array(trace.threads.length).fill(-1);
  const lastEnd = new Float64Array(trace.threads.length).fill(trace.begin);
  const push = (thread: number, start: number, end: number, begin: number, finish: number): number => {
    out.thread.push(thread);
    out.start.push(start);
    out.begin.push(begin);
    out.finish.push(finish);
    return out.end.push(end);
  };
  const threadOf = (table: EventTable, row: number): number => trace.threads.at(table.tid[row] as number, table.time[row] as number);
  const beginCount = begins?.length ?? 0;
  const endCount = ends?.length ?? 0;
  let b = 0;
  let e = 0;
  let boundary = 0;
  /** What was open when the recording was no longer read ends there; what ends later began after. */
  const passBoundaries = (time: number): void => {
    for (let gap = trace.unread[boundary]; gap !== undefined && gap.from <= time; gap = trace.unread[++boundary]) {
      for (let thread = 0; thread < open.length; thread++) {
        const row = open[thread] as number;
        if (row >= 0) out.end.values[row] = gap.from;
      }
      open.fill(-1);
      lastEnd.fill(gap.to);
    }
  };
  while (b < beginCount || e < endCount) {
    const beginTime = b < beginCount ? (begins?.time[b] as number) : Number.POSITIVE_INFINITY;
    const endTime = e < endCount ? (ends?.time[e] as number) : Number.POSITIVE_INFINITY;
    passBoundaries(Math.min(beginTime, endTime));
    if (begins !== undefined && beginTime < endTime) {
      const thread = threadOf(begins, b);
      if (thread >= 0) {
        const earlier = open[thread] as number;
        if (earlier >= 0) out.end.values[earlier] = beginTime;
        open[thread] = push(thread, beginTime, trace.end, b, -1);
      }
      b++;
    } else if (ends !== undefined) {
      const thread = threadOf(ends, e);
      if (thread >= 0) {
        const row = open[thread] as number;
        if (row < 0) push(thread, lastEnd[thread] as number, endTime, -1, e);
        else {
          out.end.values[row] = endTime;
          out.finish.values[row] = e;
        }
        open[thread] = -1;
        lastEnd[thread] = endTime;
      }
      e++;
    }
  }
  passBoundaries(Number.POSITIVE_INFINITY);
  const rows = out.thread.length;
  const { first, order } = groupRows(out.thread.values, rows, trace.threads.length);
  const slices: ThreadSlices = { first, start: new Float64Array(rows), end: new Float64Array(rows), begin: new Int32Array(rows), finish: new Int32Array(rows) };
  for (let at = 0; at < rows; at++) {
    const row = order[at] as number;
    slices.start[at] = out.start.values[row] as number;
    slices.end[at] = out.end.values[row] as number;
    slices.begin[at] = out.begin.values[row] as number;
    slices.finish[at] = out.finish.values[row] as number;
  }
  return slices;
}

/** Row of the slice of this thread that covers `time`, or -1. */
export function sliceAt(slices: ThreadSlices, thread: ThreadIndex, time: number): number {
  if (thread < 0) return -1;
  const from = slices.first[thread] as number;
  const to = slices.first[thread + 1] as number;
  const row = upperBound(slices.start, time, from, to) - 1;
  return row >= from && (slices.end[row] as number) >= time ? row : -1;
}

export const hasSlices = (slices: ThreadSlices, thread: ThreadIndex): boolean => thread >= 0 && slices.first[thread] !== slices.first[thread + 1];

/** Rows of this thread that overlap [begin, end). */
export function slicesIn(slices: ThreadSlices, thread: ThreadIndex, begin: number, end: number): { from: number; to: number } {
  if (thread < 0) return { from: 0, to: 0 };
  const first = slices.first[thread] as number;
  const last = slices.first[thread + 1] as number;
  let from = upperBound(slices.start, begin, first, last);
  if (from > first && (slices.end[from - 1] as number) > begin) from--;
  return { from, to: lowerBound(slices.start, end, from, last) };
}
