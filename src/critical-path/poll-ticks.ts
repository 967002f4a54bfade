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
  const states = timeline.states.of(thread);
  let before = row;
  while (before >= 0 && isOnQueueOrCpu(states.state[before] as number)) before--;
  let after = row;
  while (after < states.length && isOnQueueOrCpu(states.state[after] as number)) after++;
  if (before < 0 || after >= states.length) return false;
  if ((states.start[after] as number) - (states.end[before] as number) > MAX_TICK_NS) return false;
  return isPoll(timeline, thread, before) && isPoll(timeline, thread, after) && endedByTimer(timeline, thread, before);
}

const isOnQueueOrCpu = (state: number): boolean => state === STATE.running || state === STATE.runnable || state === STATE.preempted;

function isPoll(timeline: Timeline, thread: ThreadIndex, row: number): boolean {
  const states = timeline.states.of(thread);
  return states.state[row] === STATE.sleeping && isPollCall(timeline.syscalls.at(thread, states.start[row] as number)?.name);
}

function endedByTimer(timeline: Timeline, thread: ThreadIndex, row: number): boolean {
  const edge = timeline.states.of(thread).wake[row] as number;
  return edge >= 0 && timeline.wakerOf(edge).kind === "timer";
}
