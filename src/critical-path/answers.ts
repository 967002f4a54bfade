/**
 * While whose answer was awaited did the client do something else? From its message to the answer a request is in
 * the hands of the one who answers. What the client does meanwhile, a timer of its event loop, a collection of its
 * garbage, fresh memory that it has to wait for, delays nothing: its own time line counts before and after only.
 * Measured in a small virtual machine: the client, short of memory too, hid 250 of 540 ms that the service spent on
 * freeing memory.
 */
import { upperBound } from "../base/index.ts";
import { STATE, type Timeline } from "../timeline/index.ts";
import type { ThreadIndex } from "../trace/index.ts";
import type { RequestWindow } from "./segment.ts";

export interface Awaited {
  /** the client's last message, or the answer before; when neither was seen (who is awake is not woken), its first sleep */
  readonly asked: number;
  /** when the client went to sleep for the last time before the answer woke it */
  readonly slept: number;
  readonly answered: number;
  readonly answerer: ThreadIndex;
}

/** In order, disjoint; asked <= slept < answered. */
export function awaitedAnswers(timeline: Timeline, { thread, begin, end }: RequestWindow): readonly Awaited[] {
  const states = timeline.states.of(thread);
  const sent = messagesOf(timeline, thread, begin, end);
  const spans: Awaited[] = [];
  let since: number | undefined;
  for (let row = upperBound(states.end, begin); row < states.length && (states.end[row] as number) <= end; row++) {
    if (states.state[row] !== STATE.sleeping) continue;
    const slept = Math.max(begin, states.start[row] as number);
    since ??= slept;
    const edge = states.wake[row] as number;
    const waker = edge < 0 ? undefined : timeline.wakerOf(edge);
    if (waker?.kind !== "thread" || !waker.network || waker.thread === thread) continue;
    const answered = states.end[row] as number;
    const message = sent[upperBound(sent, slept) - 1] ?? -1;
    spans.push({ asked: Math.max(message, spans.at(-1)?.answered ?? (message < 0 ? since : message)), slept, answered, answerer: waker.thread });
  }
  return spans;
}

/** When this thread woke other processes over the network, in order. */
function messagesOf({ wakes, wakerOf, trace }: Timeline, thread: ThreadIndex, begin: number, end: number): number[] {
  const { tid, pid } = trace.threads.row(thread);
  const times: number[] = [];
  for (const [from, to] of wakes.parts) {
    const time = wakes.time.subarray(from, to);
    for (let edge = from + upperBound(time, begin); edge < to && (wakes.time[edge] as number) < end; edge++) {
      if (wakes.wakerTid[edge] !== tid) continue;
      const wakee = wakes.wakeeOf(edge);
      // the softirq also wakes ksoftirqd, to leave it the rest
      if (wakee <= 0 || trace.threads.row(wakee).isKernel || trace.threads.row(wakee).pid === pid) continue;
      const waker = wakerOf(edge);
      if (waker.kind === "thread" && waker.network && waker.thread === thread) times.push(wakes.time[edge] as number);
    }
  }
  return times.sort((a, b) => a - b);
}
