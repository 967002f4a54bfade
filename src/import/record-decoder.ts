/**
 * How is a record turned into a row? One decoder per event format. The fast one is generated from numeric offsets and
 * sizes only (never from text of the file); where code generation is disallowed an interpreter does the same.
 */
import type { ByteStrings } from "./byte-strings.ts";
import type { EventFormat } from "./event-format.ts";
import type { ClockBase } from "./ring-buffer/page-cursor.ts";
import type { PageMemory } from "./ring-buffer/page-memory.ts";
import type { StackTable } from "./stack-table.ts";
import type { DecodedColumn, TableBuilder } from "./table-builder.ts";

/** What a decoder reads from. One per CPU; `memory` is the piece of its data at hand. */
export interface RecordSource {
  memory: PageMemory;
  readonly cpu: number;
  readonly strings: ByteStrings;
  readonly stacks: StackTable;
  readonly longSize: 4 | 8;
  readonly base: ClockBase;
}

/** Appends the record at byte `at`, `size` bytes long, stamped `time`. `at` is a multiple of 4, `size` at least `minimumSize`. */
export type DecodeRecord = (source: RecordSource, out: TableBuilder, at: number, size: number, time: number) => void;

export interface DecoderPlan {
  readonly columns: readonly DecodedColumn[];
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

export function makeDecoder(plan: DecoderPlan, options: { codeGeneration: boolean }): DecodeRecord {
  return options.codeGeneration ? (generateDecoder(plan) ?? interpretDecoder(plan)) : interpretDecoder(plan);
}

/** Shorter records cannot be decoded: every fixed place that a decoder reads is below it. */
export function minimumSize({ columns, common }: DecoderPlan): number {
  const ends = columns.map(({ kind, field, offset }) => (kind === "stack" || field.arrayLength === 0 ? offset : offset + field.size));
  return Math.max(common.flags + 1, common.preempt + 1, common.pid + 4, ...ends);
}

export function interpretDecoder({ columns, common, little }: DecoderPlan): DecodeRecord {
  return (source, out, at, size, time) => {
    const { bytes, view } = source.memory;
    if (out.length >= out.capacity) out.grow();
    const row = out.length++;
    out.time[row] = time;
    out.cpu[row] = source.cpu;
    out.flags[row] = bytes[at + common.flags] as number;
    out.preempt[row] = bytes[at + common.preempt] as number;
    out.tid[row] = view.getInt32(at + common.pid, little);
    for (let index = 0; index < columns.length; index++)
      (out.columns[index] as Float64Array)[row] = readColumn(source, columns[index] as DecodedColumn, at, size);
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
export function generateDecoder({ columns, common, little }: DecoderPlan): DecodeRecord | undefined {
  const lines = [
    "if (out.length >= out.capacity) out.grow();",
    "const row = out.length++; const memory = source.memory; const bytes = memory.bytes; const w = at >> 2; const u32 = memory.u32; const columns = out.columns;",
    "out.time[row] = time; out.cpu[row] = source.cpu;",
    `out.flags[row] = bytes[at + ${int(common.flags)}]; out.preempt[row] = bytes[at + ${int(common.preempt)}];`,
    `out.tid[row] = ${word(common.pid, little)} | 0;`,
    ...columns.map((column, index) => `columns[${int(index)}][row] = ${expression(column, index, little)};`),
  ];
  try {
    // eslint-disable-next-line no-new-func -- generated from integers only; see the file's header
    const make = new Function("readString", "columnList", `return function decode(source, out, at, size, time) { ${lines.join("\n")} };`);
    return make(readString, columns) as DecodeRecord;
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
  offset % 4 === 0 ? `u32[w + ${int(offset / 4)}]` : `memory.view.getUint32(at + ${int(offset)}, ${little ? "true" : "false"})`;

function expression({ kind, field, offset }: DecodedColumn, index: number, little: boolean): string {
  if (kind === "stack") return `source.stacks.read(memory, source.longSize, at + ${int(offset)}, at + size)`;
  if (kind === "string") {
    const isTaskName = field.location === "inline" && field.arrayLength !== 0 && field.size === 16 && offset % 4 === 0;
    return isTaskName ? `source.strings.intern16(bytes, u32, w + ${int(offset / 4)})` : `readString(source, columnList[${int(index)}], at, size)`;
  }
  switch (field.size) {
    case 1:
      return field.signed ? `bytes[at + ${int(offset)}] << 24 >> 24` : `bytes[at + ${int(offset)}]`;
    case 2:
      return `memory.view.get${field.signed ? "Int16" : "Uint16"}(at + ${int(offset)}, ${little ? "true" : "false"})`;
    case 4:
      return field.signed ? `${word(offset, little)} | 0` : word(offset, little);
    default: {
      const low = word(little ? offset : offset + 4, little);
      const high = word(little ? offset + 4 : offset, little);
      if (kind === "time") return `(${high} - source.base.high) * 4294967296 + (${low} - source.base.low)`;
      if (kind === "pointer") return `(${high} & 1048575) * 4294967296 + ${low}`;
      return `(${high}${field.signed ? " | 0" : ""}) * 4294967296 + ${low}`;
    }
  }
}
