/**
 * An event's fields to the bytes of its record, as the kernel lays them out. It reads the format texts by itself, on
 * purpose: a mistake of the importer's parser must not be made twice.
 */

/** Text becomes a NUL-terminated string; bytes are put as they are; a list fills an array of longs. */
export type FieldValue = number | bigint | string | Uint8Array | readonly (number | bigint)[];

export interface RecordHead {
  readonly tid: number;
  readonly flags: number;
  readonly preemptCount: number;
}

export type EncodeRecord = (head: RecordHead, fields: Readonly<Record<string, FieldValue>>) => Uint8Array;

interface Field {
  readonly name: string;
  readonly declaration: string;
  readonly offset: number;
  readonly size: number;
}

const LINE = /^\tfield:(.*?)(\w+)(\[\w*\])?;\toffset:(\d+);\tsize:(\d+);/gm;
const encoder = new TextEncoder();

/** Throws for a field that the format does not have: a typing error in a test must not pass. */
export function makeEncoder(text: string, little = true): EncodeRecord {
  const id = Number(/^ID: (\d+)$/m.exec(text)?.[1]);
  const all: Field[] = [...text.matchAll(LINE)].map(([, type = "", name = "", array = "", offset, size]) => ({
    name,
    declaration: type + array,
    offset: Number(offset),
    size: Number(size),
  }));
  const common = new Map(all.map((field) => [field.name, field]));
  const own = all.filter((field) => !field.name.startsWith("common_"));
  const fixed = Math.max(...all.map((field) => field.offset + field.size));
  const place = (name: string): number => common.get(name)?.offset ?? Number.NaN;
  const [type, flags, preempt, pid] = [place("common_type"), place("common_flags"), place("common_preempt_count"), place("common_pid")];
  const names = new Set(own.map((field) => field.name));

  return (head, values) => {
    for (const name of Object.keys(values)) if (!names.has(name)) throw new Error(`event ${id} has no field ${name}`);
    const tail: { at: number; bytes: Uint8Array }[] = [];
    let end = fixed;
    const append = (bytes: Uint8Array, at = end): number => {
      tail.push({ at, bytes });
      end = Math.max(end, at + bytes.length);
      return at;
    };
    const numbers: { field: Field; value: number | bigint }[] = [];
    for (const field of own) {
      const value = values[field.name] ?? (/char/.test(field.declaration) ? "" : 0);
      if (field.declaration.startsWith("__data_loc") || field.declaration.startsWith("__rel_loc")) {
        const bytes = textBytes(value);
        const at = append(bytes);
        const offset = field.declaration.startsWith("__rel_loc") ? at - field.offset - 4 : at;
        numbers.push({ field, value: ((bytes.length << 16) | offset) >>> 0 });
      } else if (typeof value === "string" || value instanceof Uint8Array) {
        const bytes = textBytes(value);
        // strscpy: the last byte stays NUL; bytes given as bytes may fill the field
        append(field.size === 0 ? bytes : bytes.slice(0, typeof value === "string" ? field.size - 1 : field.size), field.offset);
      } else if (typeof value === "object") {
        const longs = new DataView(new ArrayBuffer(value.length * 8));
        value.forEach((item, index) => longs.setBigUint64(index * 8, BigInt.asUintN(64, BigInt(item)), little));
        // a stack is as long as it is deep; its format shows 8 entries
        if (field.name === "caller" && value.length * 8 < field.size) end = field.offset;
        append(new Uint8Array(longs.buffer), field.offset);
      } else numbers.push({ field, value });
    }
    const bytes = new Uint8Array(end);
    const view = new DataView(bytes.buffer);
    view.setUint16(type, id, little);
    bytes[flags] = head.flags;
    bytes[preempt] = head.preemptCount;
    view.setInt32(pid, head.tid, little);
    for (const { at, bytes: part } of tail) bytes.set(part, at);
    for (const { field, value } of numbers) if (field.offset + field.size <= end) putNumber(view, field, value, little);
    return bytes;
  };
}

function textBytes(value: FieldValue): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return encoder.encode(`${String(value)}\0`);
}

function putNumber(view: DataView, { offset, size }: Field, value: number | bigint, little: boolean): void {
  if (size === 8) {
    const low = Number(BigInt.asUintN(32, BigInt(value)));
    const high = Number(BigInt.asUintN(32, BigInt(value) >> 32n));
    view.setUint32(offset + (little ? 0 : 4), low, little);
    view.setUint32(offset + (little ? 4 : 0), high, little);
  } else if (size === 4) view.setUint32(offset, Number(value), little);
  else if (size === 2) view.setUint16(offset, Number(value), little);
  else if (size === 1) view.setUint8(offset, Number(value));
}
