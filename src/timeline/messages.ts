/**
 * Who handed results to whom? A message from B to A: B wakes A out of a poll, or B writes to A's wake-up descriptor while A is busy
 * or already awake (then there is no wake edge): 1 byte by sendto or write (asyncio's and libev's self-pipe), 8 bytes
 * by write (eventfd: libuv, uvloop, tokio). stdout and stderr do not count: print() also writes 1 and 8 bytes.
 * Seen on Gradio 5.45 and 6.31 (asyncio) and in the demo service (libuv).
 */
import { FLAG_HARDIRQ, FLAG_NMI, FLAG_SOFTIRQ, type ThreadIndex, type Trace } from "../trace/index.ts";
import { isPollCall, type Syscalls } from "./syscalls.ts";
import type { WakeEdges } from "./wake-edges.ts";
import type { Waker } from "./wakers.ts";

export interface Messages {
  /** Threads that A has ever woken: whom it may have given work to. */
  partnersOf(a: ThreadIndex): readonly ThreadIndex[];
  /** Times of all messages from B to A, sorted. */
  times(b: ThreadIndex, a: ThreadIndex): readonly number[];
  /** When B woke threads of other processes over the network: what it answered, to whomever. Sorted. */
  answersOf(b: ThreadIndex): readonly number[];
}

export function buildMessages(input: { trace: Trace; wakes: WakeEdges; wakerOf: (edge: number) => Waker; syscalls: Syscalls }): Messages {
  const threads = input.trace.threads.length;
  const keyOf = (from: ThreadIndex, to: ThreadIndex): number => from * threads + to;
  // built on first use: most requests never meet a polling loop
  let index:
    | { partners: Map<number, Set<ThreadIndex>>; wakes: Map<number, number[]>; writes: Map<number, number[]>; answers: Map<number, number[]> }
    | undefined;
  const build = (): NonNullable<typeof index> => {
    const partners = new Map<number, Set<ThreadIndex>>();
    const wakes = new Map<number, number[]>();
    const answers = new Map<number, number[]>();
    const pidOf = (thread: ThreadIndex): number => (thread < 0 ? -1 : input.trace.threads.row(thread).pid);
    for (let edge = 0; edge < input.wakes.length; edge++) {
      // no thread is the waker in an interrupt, nor when the CPU idles: most wakes of a busy machine are timers'
      const flags = input.wakes.flags[edge] as number;
      if ((flags & (FLAG_HARDIRQ | FLAG_NMI)) !== 0 || ((flags & FLAG_SOFTIRQ) === 0 && input.wakes.wakerTid[edge] === 0)) continue;
      const waker = input.wakerOf(edge);
      if (waker.kind !== "thread") continue;
      const wakee = input.wakes.wakeeOf(edge);
      const time = input.wakes.time[edge] as number;
      const set = partners.get(waker.thread);
      if (set === undefined) partners.set(waker.thread, new Set([wakee]));
      else set.add(wakee);
      if (waker.network && pidOf(wakee) !== pidOf(waker.thread)) {
        const told = answers.get(waker.thread);
        if (told) told.push(time);
        else answers.set(waker.thread, [time]);
      }
      // a wake out of anything but a poll is no message: Python threads wake each other for the GIL all the time
      const call = input.syscalls.nameAt(wakee, time);
      if (call !== undefined && !isPollCall(call)) continue;
      const key = keyOf(waker.thread, wakee);
      const list = wakes.get(key);
      if (list) list.push(time);
      else wakes.set(key, [time]);
    }
    // two tables of wakes stand one behind the other
    for (const told of answers.values()) told.sort((x, y) => x - y);
    return { partners, wakes, answers, writes: wakeUpWrites(input.trace, input.syscalls) };
  };
  const merged = new Map<number, readonly number[]>();
  return {
    partnersOf(a) {
      index ??= build();
      return [...(index.partners.get(a) ?? [])];
    },
    times(b, a) {
      index ??= build();
      const key = keyOf(b, a);
      let times = merged.get(key);
      if (times === undefined) {
        const pid = input.trace.threads.row(a).pid;
        const sameProcess = pid >= 0 && pid === input.trace.threads.row(b).pid;
        times = [...(index.wakes.get(key) ?? []), ...(sameProcess ? (index.writes.get(b) ?? []) : [])].sort((x, y) => x - y);
        merged.set(key, times);
      }
      return times;
    },
    answersOf(b) {
      index ??= build();
      return index.answers.get(b) ?? [];
    },
  };
}

function wakeUpWrites(trace: Trace, syscalls: Syscalls): Map<number, number[]> {
  const byThread = new Map<number, number[]>();
  const table = trace.tables.get("sys_enter");
  for (let row = 0; row < (table?.length ?? 0); row++) {
    const fd = table?.fields["arg0"]?.[row] ?? 0;
    const size = table?.fields["arg2"]?.[row] ?? 0;
    if (fd <= 2 || (size !== 1 && size !== 8)) continue;
    const name = syscalls.nameOf(table?.fields["id"]?.[row] ?? -1);
    if (!(name === "write" || (name === "sendto" && size === 1))) continue;
    const thread = trace.threads.at(table?.tid[row] as number, table?.time[row] as number);
    const list = byThread.get(thread);
    if (list) list.push(table?.time[row] as number);
    else byThread.set(thread, [table?.time[row] as number]);
  }
  return byThread;
}
