/**
 * When was each CPU serving an interrupt, and which? Net: the pieces are disjoint, the innermost context owns the time
 * (task < softirq < hardirq < NMI). Entry and exit are paired on a stack per CPU; sched_switch empties it, since no such
 * section spans a switch, which heals a lost exit.
 */
import { ColumnBuilder, lowerBound } from "../base/index.ts";
import type { EventTable, Trace } from "../trace/index.ts";
import { mergeSources } from "./merge-sources.ts";

export const CONTEXT = { hardirq: 1, softirq: 2 } as const;

/** Net pieces on one CPU, sorted. `name` is a string id ("NET_RX", "virtio1-req.0", "local_timer"); `outer` is the start of the whole section. */
export interface InterruptPieces {
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly context: Uint8Array;
  readonly name: Int32Array;
  readonly outer: Float64Array;
}

/** include/linux/interrupt.h */
export const SOFTIRQ_NAMES = ["HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU"] as const;

/** x86 vectors that have an entry/exit pair of events; architectures without them lose only these names. */
const VECTORS = ["local_timer", "reschedule", "call_function", "call_function_single", "irq_work"] as const;

const ENTRY = 0;
const EXIT = 1;
const SWITCH = 2;

interface Source {
  readonly table: EventTable;
  readonly action: number;
  readonly context: number;
  readonly nameOf: (row: number) => number;
}

interface OpenSection {
  readonly context: number;
  readonly name: number;
  readonly began: number;
}

export function buildInterrupts(trace: Trace): readonly InterruptPieces[] {
  const sources = interruptSources(trace);
  const cpus = Array.from({ length: trace.machine.cpus }, () => new PieceBuilder());
  if (sources.every(({ action }) => action !== ENTRY)) return cpus.map((builder) => builder.build());
  mergeSources([
    // no section is known to go on where the recording was not read
    { times: Float64Array.from(trace.unread, ({ from }) => from), visit: (_, time) => cpus.forEach((builder) => builder.reset(time)) },
    ...sources.map(({ table, action, context, nameOf }) => ({
      times: table.time,
      visit: (row: number, time: number): void => {
        const builder = cpus[table.cpu[row] as number];
        if (action === ENTRY) builder?.enter(time, context, nameOf(row));
        else if (action === EXIT) builder?.exit(time, context);
        else builder?.reset(time);
      },
    })),
  ]);
  return cpus.map((builder) => builder.build());
}

function interruptSources(trace: Trace): Source[] {
  const sources: Source[] = [];
  const add = (name: string, action: number, context: number, nameOf: (table: EventTable, row: number) => number): void => {
    const table = trace.tables.get(name);
    if (table !== undefined && table.length > 0) sources.push({ table, action, context, nameOf: (row) => nameOf(table, row) });
  };
  const softirqNames = SOFTIRQ_NAMES.map((name) => trace.strings.intern(name));
  const softirqName = (table: EventTable, row: number): number => softirqNames[table.fields["vec"]?.[row] ?? -1] ?? 0;
  const handlerName = (table: EventTable, row: number): number => table.fields["name"]?.[row] ?? 0;
  add("irq_handler_exit", EXIT, CONTEXT.hardirq, () => 0);
  add("softirq_exit", EXIT, CONTEXT.softirq, () => 0);
  for (const vector of VECTORS) add(`${vector}_exit`, EXIT, CONTEXT.hardirq, () => 0);
  add("sched_switch", SWITCH, 0, () => 0);
  for (const vector of VECTORS) {
    const id = trace.strings.intern(vector);
    add(`${vector}_entry`, ENTRY, CONTEXT.hardirq, () => id);
  }
  add("irq_handler_entry", ENTRY, CONTEXT.hardirq, handlerName);
  add("softirq_entry", ENTRY, CONTEXT.softirq, softirqName);
  return sources;
}

class PieceBuilder {
  readonly #start = new ColumnBuilder("f64");
  readonly #end = new ColumnBuilder("f64");
  readonly #context = new ColumnBuilder("u8");
  readonly #name = new ColumnBuilder("i32");
  readonly #outer = new ColumnBuilder("f64");
  readonly #open: OpenSection[] = [];
  #since = 0;
  #early = { context: 0, time: -1 };

  enter(time: number, context: number, name: number): void {
    if (this.#early.context === context && this.#early.time === time) {
      this.#early = { context: 0, time: -1 };
      return;
    }
    this.#flush(time);
    this.#open.push({ context, name, began: time });
  }

  exit(time: number, context: number): void {
    // an exit without its entry (the trace began inside, or the entry was lost) changes nothing; unless the entry carries
    // the same stamp, as it may in text with microseconds: then the section had no length
    if (this.#open.at(-1)?.context !== context) {
      this.#early = { context, time };
      return;
    }
    this.#flush(time);
    this.#open.pop();
  }

  reset(time: number): void {
    this.#flush(time);
    this.#open.length = 0;
  }

  #flush(time: number): void {
    const top = this.#open.at(-1);
    if (top !== undefined && time > this.#since) {
      this.#start.push(this.#since);
      this.#end.push(time);
      this.#context.push(top.context);
      this.#name.push(top.name);
      this.#outer.push(top.began);
    }
    this.#since = time;
  }

  build(): InterruptPieces {
    return { start: this.#start.build(), end: this.#end.build(), context: this.#context.build(), name: this.#name.build(), outer: this.#outer.build() };
  }
}

/** Row of the piece that covers `time` (a section that ends exactly there counts), or -1. */
export function pieceAt(pieces: InterruptPieces, time: number): number {
  const row = lowerBound(pieces.end, time);
  return row < pieces.start.length && (pieces.start[row] as number) <= time ? row : -1;
}
