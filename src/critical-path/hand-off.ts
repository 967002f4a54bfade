/**
 * Did the waiter wait for work it had given away, or for something another thread held on its own account? Both are
 * futex waits ended by that thread. Work given away leaves a trace: inside the request somebody on the path woke the
 * worker out of an idle wait. A lock's holder was busy on its own account: nobody on the path set it going.
 */
import { upperBound } from "../base/index.ts";
import { STATE, type Timeline } from "../timeline/index.ts";
import type { ThreadIndex } from "../trace/index.ts";

/** CPython hands the GIL over in waits of at most 5 ms: a wake out of a shorter sleep is such a hand-over, not the start of a job. */
const MIN_IDLE_NS = 10_000_000;
/** client -> loop -> dispatcher -> worker is three; one more for good measure. */
const MAX_HOPS = 4;

/** True when `worker`, from `begin` (of the request) up to `until`, was set going by one of `onPath`, directly or through others. */
export function wasSetGoing(timeline: Timeline, begin: number, worker: ThreadIndex, onPath: ReadonlySet<ThreadIndex>, until: number, hops = 0): boolean {
  if (hops > MAX_HOPS) return false;
  const states = timeline.states.of(worker);
  const row = timeline.trace.threads.row(worker);
  if (row.born >= begin) return true;
  for (let at = upperBound(states.end, begin); at < states.length && (states.end[at] as number) <= until; at++) {
    const edge = states.wake[at] as number;
    const state = states.state[at] as number;
    if (edge < 0 || (state !== STATE.sleeping && state !== STATE.blocked)) continue;
    const slept = (states.end[at] as number) - (states.start[at] as number);
    if (slept < MIN_IDLE_NS && (states.start[at] as number) >= begin) continue;
    const waker = timeline.wakerOf(edge);
    if (waker.kind !== "thread") continue;
    if (onPath.has(waker.thread)) return true;
    if (waker.thread !== worker && wasSetGoing(timeline, begin, waker.thread, onPath, states.end[at] as number, hops + 1)) return true;
  }
  return false;
}
