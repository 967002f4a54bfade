/**
 * What caused a wake-up? The task current at sched_waking is the waker only in task context. In interrupt context it was
 * merely interrupted, with one exception that is the commonest wake of all between a local client and its service:
 * loopback runs NET_RX in the sender's own context, so there the current task is the cause although the flag says softirq.
 * The two are told apart by the raise: a softirq raised in task context was asked for by that task, one raised from a
 * hardirq by a device.
 */
import { lowerBound, upperBound } from "../base/index.ts";
import { FLAG_HARDIRQ, FLAG_NMI, FLAG_SOFTIRQ, IDLE_THREAD, type ThreadIndex, type Trace } from "../trace/index.ts";
import type { BlockIo } from "./block-io.ts";
import { pieceAt, SOFTIRQ_NAMES, type InterruptPieces } from "./interrupts.ts";
import type { Timers } from "./timers.ts";
import type { WakeEdges } from "./wake-edges.ts";

export type Waker =
  | { readonly kind: "thread"; readonly thread: ThreadIndex; readonly network: boolean; readonly deferred?: Deferred }
  /** `fn` is the kernel function of the hrtimer, when known; `due` when it should have fired, for one that fired late */
  | { readonly kind: "timer"; readonly fn: string | undefined; readonly due?: number }
  /** `request` indexes BlockIo.requests */
  | { readonly kind: "block"; readonly request: number }
  | { readonly kind: "hardirq" | "softirq"; readonly name: string; readonly deferred?: Deferred }
  | { readonly kind: "unknown"; readonly reason: "idle-context" };

/** A softirq that was raised at `since` and left to ksoftirqd, which has to get a CPU like everybody else. */
export interface Deferred {
  readonly thread: ThreadIndex;
  readonly since: number;
}

/** Interrupt handlers that are clocks, by the name they register (arch timers, HPET, PIT). */
const CLOCK_HANDLER = /timer|hpet|^rtc|local_timer/i;

/** A completion wakes its waiter in the same handler. Chosen: longer than a handler runs, shorter than a disk takes. */
const COMPLETION_WINDOW_NS = 500_000;

export function buildWakers(input: {
  trace: Trace;
  wakes: WakeEdges;
  interrupts: readonly InterruptPieces[];
  blockIo: BlockIo;
  timers: Timers;
}): (edge: number) => Waker {
  const { trace, wakes, interrupts, blockIo } = input;
  const raises = raisesByCpu(trace);
  const expiries = expiriesByCpu(trace, input.timers);

  const blockCompletedAt = (cpu: number, time: number): number => {
    const complete = trace.tables.get("block_rq_complete");
    for (let at = upperBound(blockIo.completedAt, time) - 1; at >= 0; at--) {
      const request = blockIo.requests[at];
      if (request === undefined || time - request.completed > COMPLETION_WINDOW_NS) return -1;
      if (complete?.cpu[request.row] === cpu) return at;
    }
    return -1;
  };

  const expiringTimer = (cpu: number, time: number): (Waker & { kind: "timer" }) | undefined => {
    const list = expiries[cpu];
    if (list === undefined) return undefined;
    const row = upperBound(list.entry, time) - 1;
    if (row < 0 || (list.exit[row] as number) < time) return undefined;
    const due = list.due.get(list.entry[row] as number);
    return { kind: "timer", fn: trace.symbols.nameOf(list.fn[row] as number), ...(due === undefined ? {} : { due }) };
  };

  /** Who raised the softirq that runs at `time`, and when? `thread` undefined = an interrupt. */
  const raise = (cpu: number, time: number, vector: number): { thread: ThreadIndex | undefined; time: number } | undefined => {
    const list = raises[vector]?.[cpu];
    if (list === undefined) return undefined;
    // a softirq may raise itself again (an acknowledgement, a full budget): go back to the raise that began it
    for (let row = upperBound(list.time, time) - 1, steps = 0; row >= 0 && steps < 64; row--, steps++) {
      const flags = list.flags[row] as number;
      const raised = list.time[row] as number;
      if (flags & (FLAG_HARDIRQ | FLAG_NMI)) return { thread: undefined, time: raised };
      if ((flags & FLAG_SOFTIRQ) === 0) {
        const thread = trace.threads.at(list.tid[row] as number, raised);
        if (thread <= IDLE_THREAD) return { thread: undefined, time: raised };
        if (!isSoftirqThread(trace, thread)) return { thread, time: raised };
      }
    }
    return undefined;
  };

  return (edge) => {
    const cpu = wakes.cpu[edge] as number;
    const time = wakes.time[edge] as number;
    const flags = wakes.flags[edge] as number;
    const current = wakes.wakerOf(edge);
    if ((flags & (FLAG_HARDIRQ | FLAG_SOFTIRQ | FLAG_NMI)) === 0) {
      if (current > IDLE_THREAD) return { kind: "thread", thread: current, network: false };
      return expiringTimer(cpu, time) ?? { kind: "unknown", reason: "idle-context" };
    }
    const pieces = interrupts[cpu];
    const row = pieces === undefined ? -1 : pieceAt(pieces, time);
    const name = row < 0 || pieces === undefined ? "" : trace.strings.get(pieces.name[row] as number);
    const timer = expiringTimer(cpu, time);
    if (timer !== undefined) return timer;
    if (flags & (FLAG_HARDIRQ | FLAG_NMI)) {
      if (CLOCK_HANDLER.test(name)) return { kind: "timer", fn: undefined };
      const request = blockCompletedAt(cpu, time);
      return request >= 0 ? { kind: "block", request } : { kind: "hardirq", name };
    }
    if (name === "TIMER" || name === "HRTIMER") return { kind: "timer", fn: undefined };
    if (name === "NET_RX" || name === "NET_TX" || name === "") {
      const raised = raise(cpu, time, SOFTIRQ_NAMES.indexOf(name === "NET_TX" ? "NET_TX" : "NET_RX"));
      const deferred = raised !== undefined && isSoftirqThread(trace, current) ? { deferred: { thread: current, since: raised.time } } : {};
      if (raised?.thread !== undefined) return { kind: "thread", thread: raised.thread, network: true, ...deferred };
      if (trace.tables.get("softirq_raise") === undefined && current > IDLE_THREAD && !trace.threads.row(current).isKernel) {
        // without the raise there is no proof; on one machine the sender is the likelier reading
        return { kind: "thread", thread: current, network: true };
      }
      return { kind: "softirq", name: name === "" ? "NET_RX" : name, ...deferred };
    }
    const request = blockCompletedAt(cpu, time);
    return request >= 0 ? { kind: "block", request } : { kind: "softirq", name };
  };
}

const isSoftirqThread = (trace: Trace, thread: ThreadIndex): boolean => thread > IDLE_THREAD && trace.threads.row(thread).comm.startsWith("ksoftirqd/");

interface Raises {
  readonly time: number[];
  readonly flags: number[];
  readonly tid: number[];
}

/** By vector, then CPU; only the network vectors are kept. */
function raisesByCpu(trace: Trace): readonly (readonly Raises[] | undefined)[] {
  const byVector: Raises[][] = [];
  for (const vector of [SOFTIRQ_NAMES.indexOf("NET_TX"), SOFTIRQ_NAMES.indexOf("NET_RX")]) {
    byVector[vector] = Array.from({ length: trace.machine.cpus }, () => ({ time: [], flags: [], tid: [] }));
  }
  const table = trace.tables.get("softirq_raise");
  for (let row = 0; row < (table?.length ?? 0); row++) {
    const list = byVector[table?.fields["vec"]?.[row] ?? -1]?.[table?.cpu[row] ?? 0];
    list?.time.push(table?.time[row] as number);
    list?.flags.push(table?.flags[row] as number);
    list?.tid.push(table?.tid[row] as number);
  }
  return byVector;
}

interface Expiries {
  readonly entry: number[];
  readonly exit: number[];
  readonly fn: number[];
  /** when one that fired late should have fired, by its entry */
  readonly due: Map<number, number>;
}

/** hrtimer callbacks on each CPU: they run one after the other. */
function expiriesByCpu(trace: Trace, { late }: Timers): readonly Expiries[] {
  const lists = Array.from({ length: trace.machine.cpus }, (): Expiries => ({ entry: [], exit: [], fn: [], due: new Map() }));
  for (const { cpu, fired, expires } of late) lists[cpu]?.due.set(fired, expires);
  const entries = trace.tables.get("hrtimer_expire_entry");
  const exits = trace.tables.get("hrtimer_expire_exit");
  const exitTimes = Array.from({ length: trace.machine.cpus }, () => [] as number[]);
  for (let row = 0; row < (exits?.length ?? 0); row++) exitTimes[exits?.cpu[row] as number]?.push(exits?.time[row] as number);
  for (let row = 0; row < (entries?.length ?? 0); row++) {
    const cpu = entries?.cpu[row] as number;
    const list = lists[cpu];
    const time = entries?.time[row] as number;
    const times = exitTimes[cpu] ?? [];
    const exit = times[lowerBound(times, time)];
    list?.entry.push(time);
    list?.exit.push(exit ?? time);
    list?.fn.push(entries?.fields["function"]?.[row] ?? 0);
  }
  return lists;
}
