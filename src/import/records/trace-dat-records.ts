/**
 * Every record of a trace.dat, one after the other, as the kernel would show it: for exports and for comparing readers.
 * Streams: what is in memory does not grow with the file, but for the names of threads.
 */
import type { ThreadInfo } from "../../bundle/index.ts";
import type { RecordsOptions, TraceRecord } from "../importer.ts";
import type { RecordBytes } from "../print-fmt/index.ts";
import { earliestStamp } from "../ring-buffer/earliest-stamp.ts";
import { PageCursor } from "../ring-buffer/page-cursor.ts";
import { parseKernelSymbols } from "../symbols.ts";
import type { BufferParts, CpuData, TraceDatParts } from "../trace-dat/parts.ts";
import { FROM_ALL_BUFFERS, ownedElsewhere } from "../several-buffers.ts";
import type { BuiltInContext } from "./built-in-events.ts";
import { EventViews, type EventView } from "./event-view.ts";
import { mergeLanes, type MergeLane } from "./merge-cursors.ts";
import { parsePrintkFormats, parseSavedCmdlines } from "./side-files.ts";
import { TaskNames } from "./task-names.ts";

export interface TraceDatRecordsOptions extends RecordsOptions {
  /** threads that the capture saw in /proc */
  readonly threads?: readonly ThreadInfo[];
  /** jiffies per second of the recording kernel; without it such times are shown in jiffies */
  readonly hz?: number;
}

/** In order of (time, cpu, buffer). One object, reused: it is valid until the next one is asked for. */
export function* traceDatRecords(parts: TraceDatParts, options: TraceDatRecordsOptions = {}): Generator<TraceRecord> {
  const { little, conversion } = parts;
  const rawBase = earliestStamp(parts.buffers, little) ?? 0n;
  const base = conversion === undefined ? rawBase : conversion.stamp(0, rawBase);
  const names = new TaskNames(parseSavedCmdlines(parts.cmdlines), options.threads);
  const printkFormats = parsePrintkFormats(parts.printkFormats);
  let now = base;
  const context: BuiltInContext = {
    longSize: parts.headerPage.longSize,
    little,
    symbols: parseKernelSymbols(parts.kallsyms),
    stringAt: (address) => printkFormats.get(BigInt.asUintN(64, BigInt(address))),
    hz: options.hz,
    uname: parts.uname,
    commOf: (tid) => names.commOf(tid),
    timeOf: () => now,
  };
  const views = new EventViews(parts.formats, context, names);
  const elsewhere = options.once === true ? ownedElsewhere(parts.buffers, little) : [];
  const lanes = parts.buffers
    .flatMap((buffer, index) => buffer.cpus.map((data) => ({ buffer, index, data })))
    .sort((a, b) => a.data.cpu - b.data.cpu || a.index - b.index)
    .map(({ buffer, index, data }) => new RecordLane(buffer, data, little, rawBase, conversion?.relative(data.cpu, rawBase, base), elsewhere[index]));
  const record = new DatRecord(names);
  for (const lane of mergeLanes(lanes)) {
    const { cursor } = lane;
    const view = views.of(cursor.id);
    if (lane.elsewhere?.has(cursor.id) === true && !FROM_ALL_BUFFERS.has(view.name)) continue;
    now = base + BigInt(lane.time());
    record.show(lane, view, now);
    view.learn?.(lane, record.tid);
    yield record;
    lane.lostBefore = 0;
  }
}

/** One CPU of one buffer; as RecordBytes it is the record that it is at. */
class RecordLane implements MergeLane, RecordBytes {
  readonly cpu: number;
  readonly buffer: string;
  readonly cursor: PageCursor;
  /** events lost since the record before; -1 = some */
  lostBefore = 0;
  /** ids of events that are read from another buffer */
  readonly elsewhere: ReadonlySet<number> | undefined;
  readonly #convert: ((time: number) => number) | undefined;

  constructor(
    buffer: BufferParts,
    data: CpuData,
    little: boolean,
    base: bigint,
    convert: ((time: number) => number) | undefined,
    elsewhere: ReadonlySet<number> | undefined,
  ) {
    this.elsewhere = elsewhere;
    this.cpu = data.cpu;
    this.buffer = buffer.name;
    this.#convert = convert;
    this.cursor = new PageCursor(
      { pieces: data.pieces(), layout: buffer.layout, little, base: { low: Number(base & 0xffffffffn), high: Number(base >> 32n) } },
      {
        missed: (count) => {
          this.lostBefore = count === undefined || this.lostBefore < 0 ? -1 : this.lostBefore + count;
        },
        // what a damaged sub-buffer held is lost
        corrupt: () => {
          this.lostBefore = -1;
        },
      },
    );
  }

  next(): boolean {
    return this.cursor.next();
  }

  time(): number {
    const { time } = this.cursor;
    return this.#convert === undefined ? time : this.#convert(time);
  }

  get bytes(): Uint8Array {
    return this.cursor.memory.bytes;
  }

  get view(): DataView {
    return this.cursor.memory.view;
  }

  get little(): boolean {
    return this.cursor.memory.little;
  }

  get at(): number {
    return this.cursor.at;
  }

  get end(): number {
    return this.cursor.at + this.cursor.size;
  }
}

class DatRecord implements TraceRecord {
  time = 0n;
  tid = -1;
  readonly #names: TaskNames;
  #lane: RecordLane | undefined;
  #view: EventView | undefined;

  constructor(names: TaskNames) {
    this.#names = names;
  }

  show(lane: RecordLane, view: EventView, time: bigint): void {
    this.#lane = lane;
    this.#view = view;
    this.time = time;
    this.tid = view.common.tid(lane);
  }

  get cpu(): number {
    return this.#lane?.cpu ?? 0;
  }

  get comm(): string {
    return this.#names.commOf(this.tid);
  }

  get tgid(): number {
    return this.#names.processOf(this.tid);
  }

  get flags(): number {
    return this.#lane === undefined ? -1 : (this.#view?.common.flags(this.#lane) ?? -1);
  }

  get preemptCount(): number {
    return this.#lane === undefined ? -1 : (this.#view?.common.preemptCount(this.#lane) ?? -1);
  }

  get buffer(): string {
    return this.#lane?.buffer ?? "";
  }

  get system(): string {
    return this.#view?.system ?? "";
  }

  get event(): string {
    return this.#view?.name ?? "";
  }

  get lostBefore(): number {
    return this.#lane?.lostBefore ?? 0;
  }

  fields(): ReturnType<TraceRecord["fields"]> {
    return this.#lane === undefined ? [] : (this.#view?.fields(this.#lane) ?? []);
  }

  text(): string {
    return this.#lane === undefined ? "" : (this.#view?.text(this.#lane) ?? "");
  }

  body(): string | undefined {
    return this.#lane === undefined ? undefined : this.#view?.body(this.#lane);
  }
}
