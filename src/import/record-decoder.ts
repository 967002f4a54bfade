/**
 * How are records turned into rows? One decoder per event format, for a whole sub-buffer's records of that event at once. The fast one is
 * generated from numeric offsets and sizes only (never from text of the file); where code generation is disallowed an interpreter does the same.
 */
import type { ByteStrings } from "./byte-strings.ts";
import type { EventFormat } from "./event-format.ts";
import type { NameWatch } from "./name-watch.ts";
import type { ClockBase } from "./ring-buffer/sub-buffer-walker.ts";
import type { PageMemory } from "./ring-buffer/page-memory.ts";
import type { StackTable } from "./stack-table.ts";
import type { DecodedColumn, Naming, TableBuilder } from "./table-builder.ts";

/** What a decoder reads from. One per CPU; `memory` is the piece of its data at hand. */
export interface RecordSource {
  memory: PageMemory;
  readonly cpu: number;
  readonly strings: ByteStrings;
  readonly names: NameWatch;
  readonly stacks: StackTable;
  readonly longSize: 4 | 8;
  readonly base: ClockBase;
}

/** Records of one sub-buffer: where each is, `at` a multiple of 4, how long, when, and which row of its table it becomes. */
export interface Rows {
  readonly times: Float64Array;
  readonly ats: Int32Array;
  readonly sizes: Int32Array;
  readonly rows: Int32Array;
  /** the next one of the same event, -1 after the last */
  readonly nexts: Int32Array;
}

/** Writes the rows of the list that begins at `head`. Sizes are at least `minimumSize`, rows below the capacity of `out`. */
export type DecodeRecords = (source: RecordSource, out: TableBuilder, records: Rows, head: number) => void;

export interface DecoderPlan {
  readonly columns: readonly DecodedColumn[];
  readonly namings: readonly Naming[];
  readonly common: CommonOffsets;
  /** byte order of the recording kernel */
  readonly little: boolean;
}

export interface CommonOffsets {
  readonly flags: number;
  readonly preempt: number;
  readonly pid: number;
}

/** Mainline's places when the format does not say; PREEMPT_RT kernels only append. */
export function commonOffsets(format: EventFormat): CommonOffsets {
  const offset = (name: string, otherwise: number): number => format.fields.find((field) => field.name === name)?.offset ?? otherwise;
  return { flags: offset("common_flags", 2), preempt: offset("common_preempt_count", 3), pid: offset("common_pid", 4) };
}

export function makeDecoder(plan: DecoderPlan, options: { codeGeneration: boolean }): DecodeRecords {
  return options.codeGeneration ? (generateDecoder(plan) ?? interpretDecoder(plan)) : interpretDecoder(plan);
}

/** Shorter records cannot be decoded: every fixed place that a decoder reads is below it. */
export function minimumSize({ columns, namings, common }: DecoderPlan): number {
  const read = [...columns, ...namings.map(({ comm }) => comm)];
  const ends = read.map(({ kind, field, offset }) => (kind === "stack" || field.arrayLength === 0 ? offset : offset + field.size));
  return Math.max(common.flags + 1, common.preempt + 1, common.pid + 4, ...namings.map(({ tidOffset }) => tidOffset + 4), ...ends);
}

export function interpretDecoder({ columns, namings, common, little }: DecoderPlan): DecodeRecords {
  return (source, out, records, head) => {
    const { bytes, view } = source.memory;
    for (let index = head; index >= 0; index = records.nexts[index] as number) {
      const at = records.ats[index] as number;
      const row = records.rows[index] as number;
      out.time[row] = records.times[index] as number;
      out.cpu[row] = source.cpu;
      out.flags[row] = bytes[at + common.flags] as number;
      out.preempt[row] = bytes[at + common.preempt] as number;
      out.tid[row] = view.getInt32(at + common.pid, little);
      columns.forEach((column, place) => {
        (out.columns[place] as Float64Array)[row] = readColumn(source, column, at, records.sizes[index] as number);
      });
      for (const { tidOffset, comm } of namings) {
        const tid = view.getInt32(at + tidOffset, little);
        if (tid > 0) source.names.see(tid, readString(source, comm, at, records.sizes[index] as number), records.times[index] as number);
      }
    }
  };
}

function readColumn(source: RecordSource, column: DecodedColumn, at: number, size: number): number {
  if (column.kind === "string") return readString(source, column, at, size);
  if (column.kind === "stack") return source.stacks.read(source.memory, source.longSize, at + column.offset, at + size);
  return readNumber(source, column, at + column.offset);
}

/** A location that points outside its record is cut to it; one that begins outside gives the empty string. */
export function readString({ memory, strings }: RecordSource, { field, offset }: DecodedColumn, at: number, size: number): number {
  const { bytes, view, little } = memory;
  if (field.location === "inline") return strings.intern(bytes, at + offset, at + (field.arrayLength === 0 ? size : Math.min(size, offset + field.size)));
  // kernels before 2.6.34 store the offset only: the string then ends at its NUL
  const isShort = field.size === 2;
  const word = isShort ? view.getUint16(at + offset, little) : view.getUint32(at + offset, little);
  const start = (field.location === "rel_loc" ? offset + 4 : 0) + (word & 0xffff);
  const end = isShort ? size : Math.min(size, start + (word >>> 16));
  return start >= size ? 0 : strings.intern(bytes, at + start, at + end);
}

function readNumber({ memory, base }: RecordSource, { kind, field }: DecodedColumn, at: number): number {
  const { view, little } = memory;
  switch (field.size) {
    case 1:
      return field.signed ? view.getInt8(at) : view.getUint8(at);
    case 2:
      return field.signed ? view.getInt16(at, little) : view.getUint16(at, little);
    case 4:
      return field.signed ? view.getInt32(at, little) : view.getUint32(at, little);
    default: {
      const low = view.getUint32(little ? at : at + 4, little);
      const high = view.getUint32(little ? at + 4 : at, little);
      if (kind === "time") return (high - base.high) * 4294967296 + (low - base.low);
      if (kind === "pointer") return (high & 0xfffff) * 4294967296 + low;
      return (field.signed ? high | 0 : high) * 4294967296 + low;
    }
  }
}

/** The same as JavaScript source: every number in it comes from the parsed format and is an integer. Undefined where code may not be generated. */
export function generateDecoder({ columns, namings, common, little }: DecoderPlan): DecodeRecords | undefined {
  const lines = [
    "const { rows, nexts, ats, sizes, times } = records;",
    "const { memory, names, strings, stacks, cpu, longSize, base } = source; const { bytes, u32, view } = memory;",
    "const outTime = out.time, outCpu = out.cpu, outFlags = out.flags, outPreempt = out.preempt, outTid = out.tid;",
    ...columns.map((_, index) => `const column${int(index)} = out.columns[${int(index)}];`),
    "for (let index = head; index >= 0; index = nexts[index]) {",
    "const at = ats[index]; const w = at >> 2; const row = rows[index];",
    "outTime[row] = times[index]; outCpu[row] = cpu;",
    `outFlags[row] = bytes[at + ${int(common.flags)}]; outPreempt[row] = bytes[at + ${int(common.preempt)}];`,
    `outTid[row] = ${word(common.pid, little)} | 0;`,
    ...columns.map((column, index) => `column${int(index)}[row] = ${expression(column, index, little)};`),
    ...namings.map((naming, index) => `${name(naming, index, little)};`),
    "}",
  ];
  try {
    // eslint-disable-next-line no-new-func -- generated from integers only; see the file's header
    const make = new Function("readString", "columnList", "commList", `return function decode(source, out, records, head) { ${lines.join("\n")} };`);
    return make(
      readString,
      columns,
      namings.map(({ comm }) => comm),
    ) as DecodeRecords;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

function int(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not an offset: ${value}`);
  return String(value);
}

/** The u32 at an offset of the record. */
const word = (offset: number, little: boolean): string =>
  offset % 4 === 0 ? `u32[w + ${int(offset / 4)}]` : `view.getUint32(at + ${int(offset)}, ${little ? "true" : "false"})`;

/** char comm[TASK_COMM_LEN], at a word */
const isTaskName = (field: DecodedColumn["field"], offset: number): boolean =>
  field.location === "inline" && field.arrayLength !== 0 && field.size === 16 && offset % 4 === 0;

function name({ tidOffset, comm }: Naming, index: number, little: boolean): string {
  const tid = `(${word(tidOffset, little)} | 0)`;
  return isTaskName(comm.field, comm.offset)
    ? `names.see16(${tid}, bytes, u32, w + ${int(comm.offset / 4)}, times[index])`
    : `if (${tid} > 0) names.see(${tid}, readString(source, commList[${int(index)}], at, sizes[index]), times[index])`;
}

function expression({ kind, field, offset }: DecodedColumn, index: number, little: boolean): string {
  if (kind === "stack") return `stacks.read(memory, longSize, at + ${int(offset)}, at + sizes[index])`;
  if (kind === "string") {
    return isTaskName(field, offset)
      ? `strings.intern16(bytes, u32, w + ${int(offset / 4)})`
      : `readString(source, columnList[${int(index)}], at, sizes[index])`;
  }
  switch (field.size) {
    case 1:
      return field.signed ? `bytes[at + ${int(offset)}] << 24 >> 24` : `bytes[at + ${int(offset)}]`;
    case 2:
      return `view.get${field.signed ? "Int16" : "Uint16"}(at + ${int(offset)}, ${little ? "true" : "false"})`;
    case 4:
      return field.signed ? `${word(offset, little)} | 0` : word(offset, little);
    default: {
      const low = word(little ? offset : offset + 4, little);
      const high = word(little ? offset + 4 : offset, little);
      if (kind === "time") return `(${high} - base.high) * 4294967296 + (${low} - base.low)`;
      if (kind === "pointer") return `(${high} & 1048575) * 4294967296 + ${low}`;
      return `(${high}${field.signed ? " | 0" : ""}) * 4294967296 + ${low}`;
    }
  }
}
