/** Which part of a thread's time was spent inside certain system calls? Running is cut at interrupts, not at calls. */
import { upperBound } from "../base/index.ts";
import type { Segment } from "../critical-path/index.ts";
import type { Run } from "../facts/index.ts";
import type { Syscall } from "../timeline/index.ts";
import type { ThreadIndex } from "../trace/index.ts";

/** 0 to 1: the part of the segment in which its own thread was inside calls that `fits`. */
export function shareInCalls(run: Run, segment: Segment, fits: (call: Syscall) => boolean): number {
  let sum = 0;
  for (const [from, to] of callsIn(run, segment.thread, segment.begin, segment.end, fits)) sum += to - from;
  return sum / (segment.end - segment.begin);
}

/** Clipped, in order. A call whose entry was not seen is found by its exit. */
export function callsIn(run: Run, thread: ThreadIndex, begin: number, end: number, fits: (call: Syscall) => boolean): [number, number][] {
  const { slices, callOf } = run.timeline.syscalls;
  if (thread < 0) return [];
  const [first, last] = [slices.first[thread] as number, slices.first[thread + 1] as number];
  const found: [number, number][] = [];
  for (let row = upperBound(slices.end, begin, first, last); row < last && (slices.start[row] as number) < end; row++) {
    const [from, to] = [Math.max(begin, slices.start[row] as number), Math.min(end, slices.end[row] as number)];
    if (to > from && fits(callOf(row))) found.push([from, to]);
  }
  return found;
}
