/** Which columns does a picture of this recording need? */
import { ColumnBuilder, lowerBound, StringTable, upperBound } from "../base/index.ts";
import type { Samples } from "../bundle/index.ts";
import { buildSwitches, STATE, STATE_UNSEEN, stateOfSwitchOut, type Switches, type Timeline } from "../timeline/index.ts";
import type { ThreadIndex, Trace } from "../trace/index.ts";
import type { DrawnBlockRequest, DrawnInterrupts, DrawnOccupancy, DrawnReclaim, DrawnThread, DrawnWakes, Drawing } from "./drawing.ts";
import { seriesOf } from "./series.ts";

/** ns since the begin of the recording. */
export interface DrawSpan {
  readonly begin: number;
  readonly end: number;
}

const SECTOR_BYTES = 512;
const NOBODY = -1;
const IDLE = 0;

/** Only what lies in `spans`, sorted and disjoint; what reaches into one is cut to it. Default: all of the recording. */
export function buildDrawing(timeline: Timeline, samples?: Samples, spans: readonly DrawSpan[] = wholeOf(timeline.trace)): Drawing {
  const { trace } = timeline;
  const threads = new DrawnThreads(trace);
  const shift = trace.begin;
  const switches = buildSwitches(trace);
  const names = new StringTable();
  const nameOf = (id: number): number => names.intern(trace.strings.get(id));
  const interrupts = timeline.interrupts.map((pieces) => interruptsOf(pieces, spans, shift, nameOf));
  return {
    beginNs: (trace.clock.base + BigInt(shift)).toString(),
    durationNs: trace.end - shift,
    unitNs: 1,
    spans,
    occupancy: Array.from({ length: trace.machine.cpus }, (_, cpu) => occupancyOf(cpu, switches, spans, shift, threads)),
    interrupts,
    wakes: wakesOf(timeline, spans, shift, threads),
    blockRequests: blockRequestsOf(timeline, samples, spans, shift, threads),
    reclaim: reclaimOf(timeline, spans, shift, threads),
    lost: trace.lost
      .map(({ cpu, from, to, count }) => ({ cpu, start: from - shift, end: to - shift, ...(count === undefined ? {} : { count }) }))
      .filter(({ start, end }) => spans.some((span) => end >= span.begin && start <= span.end)),
    series: seriesOf(samples?.samples ?? [], trace.clock.base + BigInt(shift)),
    names: Array.from({ length: names.length }, (_, id) => names.get(id)),
    threads: threads.rows,
  };
}

const wholeOf = (trace: Trace): readonly DrawSpan[] => [{ begin: 0, end: trace.end - trace.begin }];

/** Threads get their number when they are first drawn: most threads of a machine never run while a request does. */
class DrawnThreads {
  readonly rows: DrawnThread[] = [{ tid: 0, pid: 0, comm: "swapper", isKernel: true }];
  readonly #trace: Trace;
  readonly #known = new Map<number, number>([[IDLE, IDLE]]);

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  of(thread: ThreadIndex): number {
    if (thread < 0) return NOBODY;
    let index = this.#known.get(thread);
    if (index === undefined) {
      const { tid, pid, comm, isKernel } = this.#trace.threads.row(thread);
      index = this.rows.push({ tid, pid, comm, isKernel }) - 1;
      this.#known.set(thread, index);
    }
    return index;
  }

  at(tid: number, time: number): number {
    return this.of(this.#trace.threads.at(tid, time));
  }
}

/** Each span begins with a row: who had the CPU then; a row of nobody ends it. */
function occupancyOf(cpu: number, switches: Switches, spans: readonly DrawSpan[], shift: number, threads: DrawnThreads): DrawnOccupancy {
  const [start, thread, leave] = [new ColumnBuilder("f64"), new ColumnBuilder("i32"), new ColumnBuilder("u8")];
  const push = (time: number, who: number): void => {
    start.push(time);
    thread.push(who);
    leave.push(STATE.unknown);
  };
  const closeWith = (rawState: number): void => {
    if (leave.length > 0) leave.values[leave.length - 1] = rawState === STATE_UNSEEN ? STATE.unknown : stateOfSwitchOut(rawState);
  };
  let current = NOBODY;
  let row = 0;
  for (const span of spans) {
    // whom the first switch takes the CPU from had it before
    for (; row < switches.length && (switches.time[row] as number) - shift < span.begin; row++) {
      if (switches.cpu[row] === cpu) current = threads.at(switches.next[row] as number, switches.time[row] as number);
    }
    push(span.begin, current);
    for (; row < switches.length && (switches.time[row] as number) - shift < span.end; row++) {
      if (switches.cpu[row] !== cpu) continue;
      const time = switches.time[row] as number;
      const previous = threads.at(switches.previous[row] as number, time);
      if (thread.values[thread.length - 1] === NOBODY) thread.values[thread.length - 1] = previous;
      // another thread leaves than came: how the one that came left was not recorded
      closeWith(thread.values[thread.length - 1] === previous ? (switches.previousState[row] as number) : STATE_UNSEEN);
      current = threads.at(switches.next[row] as number, time);
      push(time - shift, current);
    }
    push(span.end, NOBODY);
  }
  return { start: start.build(), thread: thread.build(), leave: leave.build() };
}

function interruptsOf(pieces: Timeline["interrupts"][number], spans: readonly DrawSpan[], shift: number, nameOf: (id: number) => number): DrawnInterrupts {
  const [start, end, context, name] = [new ColumnBuilder("f64"), new ColumnBuilder("f64"), new ColumnBuilder("u8"), new ColumnBuilder("i32")];
  for (const span of spans) {
    for (let row = upperBound(pieces.end, span.begin + shift); row < pieces.start.length && (pieces.start[row] as number) - shift < span.end; row++) {
      start.push(Math.max(span.begin, (pieces.start[row] as number) - shift));
      end.push(Math.min(span.end, (pieces.end[row] as number) - shift));
      context.push(pieces.context[row] as number);
      name.push(nameOf(pieces.name[row] as number));
    }
  }
  return { start: start.build(), end: end.build(), context: context.build(), name: name.build() };
}

function wakesOf({ wakes, wakerOf }: Timeline, spans: readonly DrawSpan[], shift: number, threads: DrawnThreads): DrawnWakes {
  const found: { time: number; edge: number }[] = [];
  for (const [from, to] of wakes.parts) {
    for (const span of spans) {
      const last = lowerBound(wakes.time, span.end + shift, from, to);
      for (let edge = lowerBound(wakes.time, span.begin + shift, from, to); edge < last; edge++) found.push({ time: wakes.time[edge] as number, edge });
    }
  }
  // two tables of wakes stand one behind the other
  if (wakes.parts.length > 1) found.sort((a, b) => a.time - b.time);
  const out = { time: new Float64Array(found.length), waker: new Int32Array(found.length), wakee: new Int32Array(found.length) };
  for (const [row, { time, edge }] of found.entries()) {
    const waker = wakerOf(edge);
    out.time[row] = time - shift;
    out.waker[row] = waker.kind === "thread" ? threads.of(waker.thread) : NOBODY;
    out.wakee[row] = threads.of(wakes.wakeeOf(edge));
  }
  return out;
}

function blockRequestsOf(
  { blockIo }: Timeline,
  samples: Samples | undefined,
  spans: readonly DrawSpan[],
  shift: number,
  threads: DrawnThreads,
): DrawnBlockRequest[] {
  return blockIo.requests
    .filter(({ issued, queued, completed }) => spans.some(({ begin, end }) => completed - shift > begin && (queued ?? issued) - shift < end))
    .map(({ dev, rwbs, sectors, issuedBy, queued, issued, completed }) => {
      const number = `${dev >>> 20}:${dev & 0xfffff}`;
      return {
        device: samples?.devices?.[number] ?? number,
        operation: rwbs,
        bytes: sectors * SECTOR_BYTES,
        issuer: threads.at(issuedBy, issued),
        ...(queued === undefined ? {} : { queued: queued - shift }),
        issued: issued - shift,
        completed: completed - shift,
      };
    });
}

function reclaimOf({ reclaim, trace }: Timeline, spans: readonly DrawSpan[], shift: number, threads: DrawnThreads): DrawnReclaim[] {
  const found: DrawnReclaim[] = [];
  for (const kind of ["direct", "memcg", "compaction"] as const) {
    const { first, start, end } = reclaim[kind];
    for (let thread = 0; thread < trace.threads.length; thread++) {
      for (let row = first[thread] as number; row < (first[thread + 1] as number); row++) {
        const piece = { kind, start: (start[row] as number) - shift, end: (end[row] as number) - shift };
        if (spans.some((span) => piece.end > span.begin && piece.start < span.end)) found.push({ ...piece, thread: threads.of(thread as ThreadIndex) });
      }
    }
  }
  return found.sort((a, b) => a.start - b.start);
}
