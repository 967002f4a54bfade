/** How do event tables become Perfetto's bundles of ftrace events: of one CPU each, in order of time, told where events were lost? */
import type { PbfWriter } from "pbf";
import { groupRows } from "../../base/index.ts";
import type { EventTable, Trace } from "../../trace/index.ts";
import { uint64Of } from "../stamps.ts";
import { createNameCursor, type NameCursor } from "../thread-names.ts";
import { clockOf } from "./clocks.ts";
import { FTRACE_EVENT, FTRACE_EVENT_BUNDLE, TRACE_PACKET } from "./fields.ts";
import { FTRACE_EVENTS, type FtraceEventSpec, type FtraceField } from "./ftrace-events.ts";
import { message, writeUint64, type Fill } from "./packets.ts";

/** So that a bundle, of some 60 bytes an event, is smaller than a piece of the file. */
const EVENTS_OF_A_BUNDLE = 1000;
const WORD = 2 ** 32;
const VARINT = 0;

type Field = FtraceField & { readonly values: ArrayLike<number> };

interface Source {
  readonly table: EventTable;
  readonly number: number;
  readonly fields: readonly Field[];
  /** rows by CPU */
  readonly first: Int32Array;
  readonly order: Int32Array;
}

export function* ftracePackets(trace: Trace): Generator<Fill> {
  const { ftrace } = clockOf(trace.clock.name);
  const sources = FTRACE_EVENTS.flatMap((spec) => sourceOf(trace, spec));
  for (let cpu = 0; cpu < trace.machine.cpus; cpu++) {
    const events = new CpuEvents(trace, sources, cpu);
    while (events.hasMore)
      yield (pbf) =>
        message(pbf, TRACE_PACKET.ftrace_events, (bundle) => {
          bundle.writeVarintField(FTRACE_EVENT_BUNDLE.cpu, cpu);
          events.write(bundle);
          if (ftrace !== undefined) bundle.writeVarintField(FTRACE_EVENT_BUNDLE.ftrace_clock, ftrace);
        });
  }
}

function sourceOf({ tables, machine }: Trace, spec: FtraceEventSpec): Source[] {
  const table = tables.get(spec.name);
  if (table === undefined || table.length === 0) return [];
  const fields = spec.fields.flatMap((field): Field[] => {
    const values = table.fields[field.column];
    return values === undefined ? [] : [{ ...field, values }];
  });
  return [{ table, number: spec.number, fields, ...groupRows(table.cpu, table.length, machine.cpus) }];
}

/** The events of one CPU; at equal stamps in the order of the sources. */
class CpuEvents {
  readonly #strings: Trace["strings"];
  readonly #cpu: number;
  readonly #sources: readonly Source[];
  readonly #names: NameCursor;
  readonly #base: { readonly low: number; readonly high: number };
  /** by source: the place in `order` of its next row, and that row's time */
  readonly #at: Int32Array;
  readonly #heads: Float64Array;
  /** when it is known that events before were lost, or not read; sorted */
  readonly #gaps: readonly number[];
  #gap = 0;
  // the event that is being written: a closure of its own for each would cost more than its bytes
  #source: Source | undefined;
  #row = 0;
  readonly #fillEvent: Fill;
  readonly #fillFields: Fill;

  constructor(trace: Trace, sources: readonly Source[], cpu: number) {
    this.#strings = trace.strings;
    this.#cpu = cpu;
    this.#sources = sources;
    this.#names = createNameCursor(trace);
    this.#base = uint64Of(trace.clock.base);
    this.#at = Int32Array.from(sources, ({ first }) => first[cpu] as number);
    this.#heads = Float64Array.from(sources, (_, index) => this.#headOf(index));
    this.#gaps = [...trace.lost.filter((lost) => lost.cpu === cpu), ...trace.unread].map(({ to }) => to).sort((a, b) => a - b);
    this.#fillEvent = (pbf) => this.#writeEvent(pbf);
    this.#fillFields = (pbf) => this.#writeFields(pbf);
  }

  /** A loss at the very end has a bundle too, without events. */
  get hasMore(): boolean {
    return this.#gap < this.#gaps.length || this.#next() >= 0;
  }

  /** Up to the next loss: only the beginning of a bundle can say that there was one. */
  write(bundle: PbfWriter): void {
    let next = this.#next();
    const gap = this.#gap;
    this.#passGaps(next);
    if (this.#gap > gap) bundle.writeBooleanField(FTRACE_EVENT_BUNDLE.lost_events, true);
    for (let count = 0; next >= 0 && count < EVENTS_OF_A_BUNDLE && (this.#heads[next] as number) < (this.#gaps[this.#gap] ?? Infinity); count++) {
      const source = this.#sources[next] as Source;
      this.#source = source;
      this.#row = source.order[this.#at[next] as number] as number;
      message(bundle, FTRACE_EVENT_BUNDLE.event, this.#fillEvent);
      this.#at[next] = (this.#at[next] as number) + 1;
      this.#heads[next] = this.#headOf(next);
      next = this.#next();
    }
  }

  #passGaps(next: number): void {
    const time = next < 0 ? Infinity : (this.#heads[next] as number);
    while (this.#gap < this.#gaps.length && (this.#gaps[this.#gap] as number) <= time) this.#gap++;
  }

  #next(): number {
    let found = -1;
    let time = Infinity;
    for (let index = 0; index < this.#heads.length; index++) {
      const head = this.#heads[index] as number;
      if (head < time) {
        time = head;
        found = index;
      }
    }
    return found;
  }

  #headOf(index: number): number {
    const { order, first, table } = this.#sources[index] as Source;
    const at = this.#at[index] as number;
    return at < (first[this.#cpu + 1] as number) ? (table.time[order[at] as number] as number) : Infinity;
  }

  /** Stamp, pid, event in this order: Perfetto then finds its way without looking for them. */
  #writeEvent(pbf: PbfWriter): void {
    const { table, number } = this.#source as Source;
    const row = this.#row;
    // exact: a recording is shorter than 2^53 ns
    const low = this.#base.low + (table.time[row] as number);
    pbf.writeTag(FTRACE_EVENT.timestamp, VARINT);
    writeUint64(pbf, low % WORD, (this.#base.high + Math.floor(low / WORD)) >>> 0);
    pbf.writeVarintField(FTRACE_EVENT.pid, Math.max(0, table.tid[row] as number));
    message(pbf, number, this.#fillFields);
    const flags = table.flags[row] as number;
    if (flags !== 0) pbf.writeVarintField(FTRACE_EVENT.common_flags, flags);
  }

  #writeFields(pbf: PbfWriter): void {
    const { table, fields } = this.#source as Source;
    const row = this.#row;
    for (const { number, kind, values } of fields) {
      const value = values[row] as number;
      if (kind === "integer") pbf.writeVarintField(number, value);
      else if (kind === "text") pbf.writeStringField(number, this.#strings.get(value));
      else pbf.writeStringField(number, this.#names.nameOf(value, table.time[row] as number, this.#cpu));
    }
  }
}
