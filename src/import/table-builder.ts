/** Columns of one event on one CPU while they are decoded. Plain arrays that the generated decoders write into. */
import type { ColumnArray, ColumnKind } from "../base/index.ts";
import type { EventSpec, FieldKind } from "../trace/index.ts";
import type { EventFormat, FormatField } from "./event-format.ts";

export interface DecodedColumn {
  /** column name in the table: the field's, or arg0 .. arg5 */
  readonly name: string;
  readonly kind: FieldKind;
  readonly storage: ColumnKind;
  readonly field: FormatField;
  /** byte offset in the record */
  readonly offset: number;
}

const STORAGE: Readonly<Record<Exclude<FieldKind, "args6">, ColumnKind>> = { i32: "i32", u32: "u32", f64: "f64", pointer: "f64", string: "i32", time: "f64", stack: "i32" };
export const ARRAYS = { f64: Float64Array, i32: Int32Array, u32: Uint32Array, u16: Uint16Array, u8: Uint8Array } as const;

/** Which columns can be read from this format? A field that the kernel does not have, or has in a shape that cannot be read so, is left out. */
export function columnsOf(spec: EventSpec, format: EventFormat, longSize: 4 | 8): DecodedColumn[] {
  const columns: DecodedColumn[] = [];
  for (const [name, kind] of Object.entries(spec.fields)) {
    const field = format.fields.find((candidate) => candidate.name === name);
    if (field === undefined) continue;
    if (kind === "args6") {
      if (field.size < 6 * longSize) continue;
      for (let index = 0; index < 6; index++) columns.push({ name: `arg${index}`, kind: "f64", storage: "f64", field: { ...field, size: longSize, signed: false, arrayLength: undefined }, offset: field.offset + index * longSize });
    } else if (isReadable(kind, field)) columns.push({ name, kind, storage: STORAGE[kind], field, offset: field.offset });
  }
  return columns;
}

function isReadable(kind: Exclude<FieldKind, "args6">, field: FormatField): boolean {
  if (kind === "stack") return field.location === "inline";
  if (kind === "string") return field.location === "inline" ? field.arrayLength !== undefined && /char|[us]8/.test(field.type) : field.size === 2 || field.size === 4;
  if (field.location !== "inline" || field.arrayLength !== undefined) return false;
  return kind === "time" ? field.size === 8 : [1, 2, 4, 8].includes(field.size);
}

const FIRST_CAPACITY = 1024;

export class TableBuilder {
  length = 0;
  capacity = FIRST_CAPACITY;
  time = new Float64Array(FIRST_CAPACITY);
  flags = new Uint8Array(FIRST_CAPACITY);
  preempt = new Uint8Array(FIRST_CAPACITY);
  tid = new Int32Array(FIRST_CAPACITY);
  readonly columns: ColumnArray[];

  constructor(columns: readonly DecodedColumn[]) {
    this.columns = columns.map(({ storage }) => new ARRAYS[storage](FIRST_CAPACITY));
  }

  grow(): void {
    this.capacity *= 2;
    this.time = grown(this.time, this.capacity);
    this.flags = grown(this.flags, this.capacity);
    this.preempt = grown(this.preempt, this.capacity);
    this.tid = grown(this.tid, this.capacity);
    for (let index = 0; index < this.columns.length; index++) this.columns[index] = grown(this.columns[index] as ColumnArray, this.capacity);
  }
}

function grown<A extends ColumnArray>(old: A, capacity: number): A {
  const bigger = new (old.constructor as new (length: number) => A)(capacity);
  bigger.set(old as never);
  return bigger;
}
