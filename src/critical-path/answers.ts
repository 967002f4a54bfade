/**
 * While whose answer was awaited did the client do something else? From its message to the answer a request is in
 * the hands of the one who answers. What the client does meanwhile, a timer of its event loop, a collection of its
 * garbage, fresh memory that it has to wait for, delays nothing: its own time line counts before and after only.
 * Measured in a small virtual machine: the client, short of memory too, hid 250 of 540 ms that the service spent on
 * freeing memory.
 */
import { upperBound } from "../base/index.ts";
import { SOFTIRQ_NAMES, STATE, type Timeline } from "../timeline/index.ts";
import { FLAG_HARDIRQ, FLAG_NMI, FLAG_SOFTIRQ, IDLE_THREAD, type ThreadIndex } from "../trace/index.ts";
import type { RequestWindow } from "./segment.ts";

const NET_RX = SOFTIRQ_NAMES.indexOf("NET_RX");

export interface Awaited {
  /** the client's last message, or the answer before; when neither was seen (who is awake is not woken), its first sleep */
  readonly asked: number;
  /** when the client went to sleep for the last time before the answer woke it; `answered` when it was awake by itself and was not woken */
  readonly slept: number;
  readonly answered: number;
  readonly answerer: ThreadIndex;
}

/** In order, disjoint; asked <= slept <= answered. `service` are the processes that may answer without waking anybody. */
export function awaitedAnswers(timeline: Timeline, service: ReadonlySet<number>, { thread, begin, end }: RequestWindow): readonly Awaited[] {
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
  const message = sent.at(-1) ?? -1;
  const answer = message > (spans.at(-1)?.answered ?? begin) ? lastSent(timeline, service, thread, message, end) : undefined;
  return answer === undefined ? spans : [...spans, { asked: message, slept: answer.time, answered: answer.time, answerer: answer.thread }];
}

/**
 * The last message of the service in (from, to) that may have gone to a client that was awake, and so was not woken. A
 * softirq for received packets that a thread raised itself is a packet that it sent to this machine.
 */
function lastSent(
  timeline: Timeline,
  service: ReadonlySet<number>,
  client: ThreadIndex,
  from: number,
  to: number,
): { time: number; thread: ThreadIndex } | undefined {
  const { trace } = timeline;
  const raises = trace.tables.get("softirq_raise");
  const states = timeline.states.of(client);
  for (let row = raises === undefined ? -1 : upperBound(raises.time, to) - 1; raises !== undefined && row >= 0; row--) {
    const time = raises.time[row] as number;
    if (time <= from) return undefined;
    if (raises.fields["vec"]?.[row] !== NET_RX || ((raises.flags[row] as number) & (FLAG_HARDIRQ | FLAG_SOFTIRQ | FLAG_NMI)) !== 0) continue;
    const thread = trace.threads.at(raises.tid[row] as number, time);
    if (thread <= IDLE_THREAD || !service.has(trace.threads.row(thread).pid)) continue;
    if (states.state[upperBound(states.end, time)] !== STATE.sleeping) return { time, thread };
  }
  return undefined;
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
