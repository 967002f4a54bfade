/**
 * Which of a poller's moments on the CPU are mere ticks? A loop that polls every millisecond wakes, looks, finds
 * nothing and sleeps again. While its worker is busy that costs the request nothing: the worker is what it waits for.
 * Measured on Gradio 6.31 (1 ms ticks): counted as the loop's own, the ticks hid 6 % of a lock wait.
 */
import { isPollCall, STATE, type Timeline } from "../timeline/index.ts";
import type { ThreadIndex } from "../trace/index.ts";

/** A tick is a look into a queue; whatever takes longer is work of the loop's own. */
const MAX_TICK_NS = 5_000_000;

/** True when this row (on the CPU or in the run queue) lies between a poll that ended by its timer and another poll. */
export function isPollTick(timeline: Timeline, thread: ThreadIndex, row: number): boolean {
  const { states } = timeline;
  const first = states.first[thread] as number;
  const last = states.first[thread + 1] as number;
  let before = row;
  while (before >= first && isOnQueueOrCpu(states.state[before] as number)) before--;
  let after = row;
  while (after < last && isOnQueueOrCpu(states.state[after] as number)) after++;
  if (before < first || after >= last) return false;
  if ((states.start[after] as number) - (states.end[before] as number) > MAX_TICK_NS) return false;
  return isPoll(timeline, thread, before) && isPoll(timeline, thread, after) && endedByTimer(timeline, before);
}

const isOnQueueOrCpu = (state: number): boolean => state === STATE.running || state === STATE.runnable || state === STATE.preempted;

const isPoll = (timeline: Timeline, thread: ThreadIndex, row: number): boolean =>
  timeline.states.state[row] === STATE.sleeping && isPollCall(timeline.syscalls.at(thread, timeline.states.start[row] as number)?.name);

function endedByTimer(timeline: Timeline, row: number): boolean {
  const edge = timeline.states.wake[row] as number;
  return edge >= 0 && timeline.wakerOf(edge).kind === "timer";
}
