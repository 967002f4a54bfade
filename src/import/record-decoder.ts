/**
 * How is a record turned into a row? One decoder per event format. The fast one is generated from numeric offsets and
 * sizes only (never from text of the file); where code generation is disallowed an interpreter does the same.
 */
import type { ByteStrings } from "./byte-strings.ts";
import type { EventFormat } from "./event-format.ts";
import type { StackTable } from "./stack-table.ts";
import type { DecodedColumn, TableBuilder } from "./table-builder.ts";

/** Where a decoder reads from. `view` and `bytes` cover the same memory. */
export interface RecordSource {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly u32: Uint32Array;
  readonly strings: ByteStrings;
  readonly stacks: StackTable;
  readonly longSize: 4 | 8;
  /** clock base, low and high words */
  readonly baseLow: number;
  readonly baseHigh: number;
}

/** Appends the record at byte `at`, `size` bytes long, stamped `time`. `at` is a multiple of 4. */
export type DecodeRecord = (source: RecordSource, out: TableBuilder, at: number, size: number, time: number) => void;

export interface CommonOffsets {
  readonly flags: number;
  readonly preempt: number;
  readonly pid: number;
}

export function commonOffsets(format: EventFormat): CommonOffsets {
  const offset = (name: string, otherwise: number): number => format.fields.find((field) => field.name === name)?.offset ?? otherwise;
  return { flags: offset("common_flags", 2), preempt: offset("common_preempt_count", 3), pid: offset("common_pid", 4) };
}

export function makeDecoder(columns: readonly DecodedColumn[], common: CommonOffsets, options: { codeGeneration: boolean }): DecodeRecord {
  return options.codeGeneration ? (generateDecoder(columns, common) ?? interpretDecoder(columns, common)) : interpretDecoder(columns, common);
}

export const minimumSize = (columns: readonly DecodedColumn[]): number => columns.reduce((size, column) => Math.max(size, column.kind === "stack" || column.field.arrayLength === 0 ? column.offset : column.offset + column.field.size), 8);

export function interpretDecoder(columns: readonly DecodedColumn[], common: CommonOffsets): DecodeRecord {
  return (source, out, at, size, time) => {
    if (out.length === out.capacity) out.grow();
    const row = out.length++;
    out.time[row] = time;
    out.flags[row] = source.bytes[at + common.flags] as number;
    out.preempt[row] = source.bytes[at + common.preempt] as number;
    out.tid[row] = source.view.getInt32(at + common.pid, true);
    for (let index = 0; index < columns.length; index++) (out.columns[index] as Float64Array)[row] = readColumn(source, columns[index] as DecodedColumn, at, size);
  };
}

function readColumn(source: RecordSource, column: DecodedColumn, at: number, size: number): number {
  switch (column.kind) {
    case "string":
      return readString(source, column, at, size);
    case "stack":
      return source.stacks.read(source, at + column.offset, at + size);
    default:
      return readNumber(source, column, at + column.offset);
  }
}

export function readString(source: RecordSource, column: DecodedColumn, at: number, size: number): number {
  const { field } = column;
  if (field.location === "inline") return source.strings.intern(source.bytes, at + column.offset, at + (field.arrayLength === 0 ? size : Math.min(size, column.offset + field.size)));
  const word = source.view.getUint32(at + column.offset, true);
  const start = (field.location === "rel_loc" ? column.offset + 4 : 0) + (word & 0xffff);
  const end = Math.min(size, start + (field.size === 2 ? size : word >>> 16));
  return start >= size ? 0 : source.strings.intern(source.bytes, at + start, at + end);
}

function readNumber(source: RecordSource, { kind, field }: DecodedColumn, at: number): number {
  const { view } = source;
  switch (field.size) {
    case 1:
      return field.signed ? view.getInt8(at) : view.getUint8(at);
    case 2:
      return field.signed ? view.getInt16(at, true) : view.getUint16(at, true);
    case 4:
      return field.signed ? view.getInt32(at, true) : view.getUint32(at, true);
    default: {
      const low = view.getUint32(at, true);
      const high = view.getUint32(at + 4, true);
      if (kind === "time") return (high - source.baseHigh) * 4294967296 + (low - source.baseLow);
      if (kind === "pointer") return (high & 0xfffff) * 4294967296 + low;
      return (field.signed ? high | 0 : high) * 4294967296 + low;
    }
  }
}

/** The same as JavaScript source: every number in it comes from the parsed format and is an integer. */
function generateDecoder(columns: readonly DecodedColumn[], common: CommonOffsets): DecodeRecord | undefined {
  const lines = [
    "if (out.length === out.capacity) out.grow();",
    "const row = out.length++; const bytes = source.bytes; const w = at >> 2; const u32 = source.u32; const columns = out.columns;",
    "out.time[row] = time;",
    `out.flags[row] = bytes[at + ${int(common.flags)}]; out.preempt[row] = bytes[at + ${int(common.preempt)}];`,
    common.pid % 4 === 0 ? `out.tid[row] = u32[w + ${int(common.pid / 4)}] | 0;` : `out.tid[row] = source.view.getInt32(at + ${int(common.pid)}, true);`,
  ];
  columns.forEach((column, index) => lines.push(`columns[${int(index)}][row] = ${expression(column, index)};`));
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

function expression(column: DecodedColumn, index: number): string {
  const { kind, field, offset } = column;
  if (kind === "stack") return `source.stacks.read(source, at + ${int(offset)}, at + size)`;
  if (kind === "string") return field.location === "inline" && field.arrayLength !== 0 ? `source.strings.intern(bytes, at + ${int(offset)}, at + Math.min(size, ${int(offset + field.size)}))` : `readString(source, columnList[${int(index)}], at, size)`;
  const sign = field.signed;
  switch (field.size) {
    case 1:
      return sign ? `bytes[at + ${int(offset)}] << 24 >> 24` : `bytes[at + ${int(offset)}]`;
    case 2:
      return `source.view.get${sign ? "Int16" : "Uint16"}(at + ${int(offset)}, true)`;
    case 4:
      return offset % 4 === 0 ? `u32[w + ${int(offset / 4)}]${sign ? " | 0" : ""}` : `source.view.get${sign ? "Int32" : "Uint32"}(at + ${int(offset)}, true)`;
    default: {
      const low = offset % 4 === 0 ? `u32[w + ${int(offset / 4)}]` : `source.view.getUint32(at + ${int(offset)}, true)`;
      const high = offset % 4 === 0 ? `u32[w + ${int(offset / 4 + 1)}]` : `source.view.getUint32(at + ${int(offset + 4)}, true)`;
      if (kind === "time") return `(${high} - source.baseHigh) * 4294967296 + (${low} - source.baseLow)`;
      if (kind === "pointer") return `(${high} & 1048575) * 4294967296 + ${low}`;
      return `(${high}${sign ? " | 0" : ""}) * 4294967296 + ${low}`;
    }
  }
}
