/**
 * What had a polling event loop given away? A loop such as Gradio's does not sleep until its worker is done: it polls,
 * and every wake on its own time line is a timer. A delegation is the span between two messages of B to the loop A, for
 * any thread B that A has ever woken (a worker that finds its next job queued never sleeps, so no wake starts the job).
 * The loop's timer waits are charged to the delegation that is open in them: first to a thread that was set going for
 * this request, then to the one that had or wanted a CPU longest (measured on the demo: a sibling that held a lock, busy
 * for a request of its own, had more CPU time than the worker it kept waiting).
 */
import { upperBound } from "../base/index.ts";
import { STATE, type Timeline } from "../timeline/index.ts";
import type { ThreadIndex } from "../trace/index.ts";
import { wasSetGoing } from "./hand-off.ts";
import { without } from "./without.ts";

/** Whom may a wait be charged to: `ours` = only threads set going for this request. */
export type Delegates = "any" | "ours";

export interface DelegatedPart {
  readonly thread: ThreadIndex;
  readonly begin: number;
  readonly end: number;
}

interface Busy {
  readonly parts: readonly (readonly [number, number])[];
  /** of the whole delegation, not only inside the wait; only what it ran or wanted to run counts: a sleep is cheap */
  readonly total: number;
}

/** Parts of the poller's wait [begin, end) in which somebody worked for it, sorted, disjoint. `excluded` threads are never charged. */
export function delegationsIn(
  timeline: Timeline,
  poller: ThreadIndex,
  begin: number,
  end: number,
  excluded: readonly ThreadIndex[],
  requestBegin: number,
  who: Delegates,
): readonly DelegatedPart[] {
  const onPath = new Set(excluded);
  const open: { thread: ThreadIndex; isOurs: boolean; busy: Busy }[] = [];
  for (const thread of timeline.messages.partnersOf(poller)) {
    if (excluded.includes(thread)) continue;
    const messages = timeline.messages.times(thread, poller);
    // a thread that never reports back to the loop does not work for it
    if (messages.length === 0) continue;
    const next = upperBound(messages, begin);
    const isOurs = wasSetGoing(timeline, requestBegin, thread, onPath, end);
    if (who === "ours" && !isOurs) continue;
    // a wait may span the message that ended one delegation and began the next: each part is measured on its own
    let from = begin;
    for (let index = next; from < end; index++) {
      const opened = index > 0 ? (messages[index - 1] as number) : timeline.trace.begin;
      const closed = index < messages.length ? (messages[index] as number) : timeline.trace.end;
      const to = Math.min(end, closed);
      const parts = busyParts(timeline, thread, poller, from, to);
      if (parts.length > 0) open.push({ thread, isOurs, busy: { parts, total: wantedCpu(timeline, thread, opened, closed) } });
      from = to;
      if (index >= messages.length) break;
    }
  }
  open.sort((a, b) => Number(b.isOurs) - Number(a.isOurs) || b.busy.total - a.busy.total || a.thread - b.thread);
  const taken: DelegatedPart[] = [];
  for (const { thread, busy } of open) {
    for (const [from, to] of busy.parts) for (const [a, b] of without(from, to, taken)) taken.push({ thread, begin: a, end: b });
  }
  return taken.sort((a, b) => a.begin - b.begin);
}

/** Where B did not simply wait for A: everything but sleeps that A ended, or that never ended. */
function busyParts(timeline: Timeline, thread: ThreadIndex, poller: ThreadIndex, begin: number, end: number): [number, number][] {
  const states = timeline.states.of(thread);
  const parts: [number, number][] = [];
  for (let row = upperBound(states.end, begin); row < states.length && (states.start[row] as number) < end; row++) {
    const state = states.state[row] as number;
    if (state === STATE.unborn || state === STATE.dead || state === STATE.unknown) continue;
    if (state === STATE.sleeping || state === STATE.blocked) {
      const edge = states.wake[row] as number;
      if (edge < 0) continue;
      const waker = timeline.wakerOf(edge);
      if (waker.kind === "thread" && waker.thread === poller) continue;
    }
    const from = Math.max(begin, states.start[row] as number);
    const to = Math.min(end, states.end[row] as number);
    const previous = parts.at(-1);
    if (previous !== undefined && previous[1] === from) previous[1] = to;
    else if (to > from) parts.push([from, to]);
  }
  return parts;
}

/** Time on a CPU or in a run queue. */
function wantedCpu(timeline: Timeline, thread: ThreadIndex, begin: number, end: number): number {
  const states = timeline.states.of(thread);
  let sum = 0;
  for (let row = upperBound(states.end, begin); row < states.length && (states.start[row] as number) < end; row++) {
    const state = states.state[row];
    if (state === STATE.running || state === STATE.runnable || state === STATE.preempted)
      sum += Math.min(end, states.end[row] as number) - Math.max(begin, states.start[row] as number);
  }
  return sum;
}
