/** Columns of one event while they are decoded. Plain arrays that the generated decoders write into. */
import type { ColumnArray, ColumnKind } from "../base/index.ts";
import type { EventSpec, EventTable, FieldKind } from "../trace/index.ts";
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

const STORAGE: Readonly<Record<Exclude<FieldKind, "args6">, ColumnKind>> = {
  i32: "i32",
  u32: "u32",
  f64: "f64",
  pointer: "f64",
  string: "i32",
  time: "f64",
  stack: "i32",
};
const ARRAYS = { f64: Float64Array, i32: Int32Array, u32: Uint32Array, u16: Uint16Array, u8: Uint8Array } as const;

/** Which columns can be read from this format? A field that the kernel does not have, or has in a shape that cannot be read so, is left out. */
export function columnsOf(spec: EventSpec, format: EventFormat, longSize: 4 | 8): DecodedColumn[] {
  const columns: DecodedColumn[] = [];
  for (const [name, kind] of Object.entries(spec.fields)) {
    const field = format.fields.find((candidate) => candidate.name === name);
    if (field === undefined) continue;
    if (kind === "args6") {
      if (field.size < 6 * longSize) continue;
      for (let index = 0; index < 6; index++)
        columns.push({
          name: `arg${index}`,
          kind: "f64",
          storage: "f64",
          field: { ...field, size: longSize, signed: false, arrayLength: undefined },
          offset: field.offset + index * longSize,
        });
    } else if (isReadable(kind, field)) columns.push({ name, kind, storage: STORAGE[kind], field, offset: field.offset });
  }
  return columns;
}

function isReadable(kind: Exclude<FieldKind, "args6">, field: FormatField): boolean {
  if (kind === "stack") return field.location === "inline";
  if (kind === "string")
    return field.location === "inline" ? field.arrayLength !== undefined && /char|[us]8/.test(field.type) : field.size === 2 || field.size === 4;
  if (field.location !== "inline" || field.arrayLength !== undefined) return false;
  return kind === "time" ? field.size === 8 : [1, 2, 4, 8].includes(field.size);
}

export class TableBuilder {
  length = 0;
  capacity: number;
  time: Float64Array;
  cpu: Uint16Array;
  flags: Uint8Array;
  preempt: Uint8Array;
  tid: Int32Array;
  readonly columns: ColumnArray[];

  constructor(columns: readonly DecodedColumn[], rows: number) {
    this.capacity = rows;
    this.time = new Float64Array(rows);
    this.cpu = new Uint16Array(rows);
    this.flags = new Uint8Array(rows);
    this.preempt = new Uint8Array(rows);
    this.tid = new Int32Array(rows);
    this.columns = columns.map(({ storage }) => new ARRAYS[storage](rows));
  }

  /** Room for more rows than were foreseen: the file grew while it was read. */
  grow(): void {
    this.capacity = Math.max(64, this.capacity * 2);
    this.#replace((old) => {
      const bigger = new (old.constructor as new (length: number) => typeof old)(this.capacity);
      bigger.set(old as never);
      return bigger;
    });
  }

  /** `isSorted` false: rows are put in order of (time, cpu), equal ones as they came. */
  build(name: string, columns: readonly DecodedColumn[], isSorted: boolean): EventTable {
    const { length } = this;
    if (!isSorted) this.#sort();
    const cut = <A extends ColumnArray>(column: A): A => (column.length === length ? column : (column.subarray(0, length) as A));
    return {
      name,
      length,
      time: cut(this.time),
      cpu: cut(this.cpu),
      flags: cut(this.flags),
      preemptCount: cut(this.preempt),
      tid: cut(this.tid),
      fields: Object.fromEntries(columns.map((column, index) => [column.name, cut(this.columns[index] as ColumnArray)])),
    };
  }

  #sort(): void {
    const { time, cpu, length } = this;
    const order = Uint32Array.from({ length }, (_, index) => index).sort(
      (a, b) => (time[a] as number) - (time[b] as number) || (cpu[a] as number) - (cpu[b] as number) || a - b,
    );
    this.#replace((old) => old.slice(0, length).map((_, index) => old[order[index] as number] as number));
  }

  #replace(make: (old: ColumnArray) => ColumnArray): void {
    this.time = make(this.time) as Float64Array;
    this.cpu = make(this.cpu) as Uint16Array;
    this.flags = make(this.flags) as Uint8Array;
    this.preempt = make(this.preempt) as Uint8Array;
    this.tid = make(this.tid) as Int32Array;
    this.columns.forEach((column, index) => {
      this.columns[index] = make(column);
    });
  }
}
