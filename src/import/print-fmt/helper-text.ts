/** How do the kernel's print helpers write? kernel/trace/trace_output.c: trace_print_flags_seq, _symbols_seq, _array_seq, lib/hexdump.c. */
import { readInt, type RecordBytes } from "./record-bytes.ts";
import type { PlaceValue } from "./value.ts";

export interface TableEntry {
  readonly key: bigint | ((record: RecordBytes) => bigint);
  readonly name: (record: RecordBytes) => string;
}

const keyOf = ({ key }: TableEntry, record: RecordBytes): bigint => (typeof key === "bigint" ? key : key(record));

/** No flags give no text, as in the kernel, even where the table has a name for 0. */
export function flagsText(value: bigint, delimiter: string, table: readonly TableEntry[], record: RecordBytes): string {
  let left = value;
  const names: string[] = [];
  for (const entry of table) {
    if (left === 0n) break;
    const mask = keyOf(entry, record);
    if ((left & mask) !== mask) continue;
    names.push(entry.name(record));
    left &= ~mask;
  }
  if (left !== 0n) names.push(`0x${left.toString(16)}`);
  return names.join(delimiter);
}

export function symbolicText(value: bigint, table: readonly TableEntry[], record: RecordBytes): string {
  for (const entry of table) {
    if (keyOf(entry, record) !== value) continue;
    const name = entry.name(record);
    // the kernel takes an empty name for none
    if (name !== "") return name;
    break;
  }
  return `0x${value.toString(16)}`;
}

/** `{0x1,0x2}`; never more elements than the record has. */
export function arrayText(place: PlaceValue, record: RecordBytes, count: number, size: number): string {
  const begin = place.start(record);
  const isKnown = size === 1 || size === 2 || size === 4 || size === 8;
  // the kernel shows one byte of an element whose size it does not know, and goes on byte by byte
  const step = isKnown ? size : 1;
  const bits = (step * 8) as 8 | 16 | 32 | 64;
  const end = Math.min(place.end(record), begin + count * size);
  const shown: string[] = [];
  for (let at = begin; at + step <= end; at += step)
    shown.push(`${isKnown || at > begin ? "" : `BAD SIZE:${size} `}0x${readInt(record, at, { bits, signed: false }).toString(16)}`);
  return `{${shown.join(",")}}`;
}

export interface HexDumpShape {
  readonly prefix: string;
  /** DUMP_PREFIX_OFFSET */
  readonly hasOffset: boolean;
  readonly rowSize: number;
  readonly groupSize: number;
  readonly ascii: boolean;
}

/** A newline, then rows of 16 or 32 bytes, in groups that are numbers of the machine. */
export function hexDumpText(bytes: Uint8Array, little: boolean, shape: HexDumpShape): string {
  const rowSize = shape.rowSize === 32 ? 32 : 16;
  const { groupSize } = shape;
  const group = (groupSize === 2 || groupSize === 4 || groupSize === 8) && bytes.length % groupSize === 0 ? groupSize : 1;
  const columns = (rowSize / group) * (2 * group + 1) + 1;
  let text = "\n";
  for (let from = 0; from < bytes.length; from += rowSize) {
    const row = bytes.subarray(from, from + rowSize);
    const groups: string[] = [];
    for (let at = 0; at < row.length; at += group) {
      const digits = Array.from(row.subarray(at, at + group), (byte) => byte.toString(16).padStart(2, "0"));
      groups.push((little ? digits.reverse() : digits).join(""));
    }
    let line = groups.join(" ");
    if (shape.ascii) line = `${line.padEnd(columns)}${Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("")}`;
    text += `${shape.prefix}${shape.hasOffset ? `${from.toString(16).padStart(8, "0")}: ` : ""}${line}\n`;
  }
  return text;
}
