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

/** How each kind of field is kept; `tid` has no column of its own. */
export const STORAGE: Readonly<Record<Exclude<FieldKind, "args6" | "tid">, ColumnKind>> = {
  i32: "i32",
  u32: "u32",
  i16: "i16",
  u16: "u16",
  f64: "f64",
  pointer: "f64",
  string: "i32",
  time: "f64",
  stack: "i32",
};
const ARRAYS = { f64: Float64Array, i32: Int32Array, u32: Uint32Array, i16: Int16Array, u16: Uint16Array, u8: Uint8Array } as const;

/** Which columns can be read from this format? A field that the kernel does not have, or has in a shape that cannot be read so, is left out. */
export function columnsOf(spec: EventSpec, format: EventFormat, longSize: 4 | 8): DecodedColumn[] {
  const columns: DecodedColumn[] = [];
  for (const [name, kind] of Object.entries(spec.fields)) {
    const field = format.fields.find((candidate) => candidate.name === name);
    if (field === undefined || kind === "tid") continue;
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

function isReadable(kind: Exclude<FieldKind, "args6" | "tid">, field: FormatField): boolean {
  if (kind === "stack") return field.location === "inline";
  if (kind === "string")
    return field.location === "inline" ? field.arrayLength !== undefined && /char|[us]8/.test(field.type) : field.size === 2 || field.size === 4;
  if (field.location !== "inline" || field.arrayLength !== undefined) return false;
  return kind === "time" ? field.size === 8 : [1, 2, 4, 8].includes(field.size);
}

/** Where an event says what a task is called: a pair of fields whose name becomes no column. */
export interface Naming {
  /** byte offset of the tid in the record */
  readonly tidOffset: number;
  readonly comm: DecodedColumn;
}

export function namingsOf(spec: EventSpec, format: EventFormat): Naming[] {
  return (spec.names ?? []).flatMap(([tidName, commName]) => {
    const tid = format.fields.find(({ name, size, location }) => name === tidName && size === 4 && location === "inline");
    const field = format.fields.find(({ name }) => name === commName);
    if (tid === undefined || field === undefined || !isReadable("string", field)) return [];
    return [{ tidOffset: tid.offset, comm: { name: commName, kind: "string", storage: "i32", field, offset: field.offset } }];
  });
}

/** Rows are written by decoders, in any order below the capacity. */
export class TableBuilder {
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

  grow(capacity: number): void {
    this.capacity = capacity;
    this.#replace((old) => {
      const bigger = new (old.constructor as new (length: number) => typeof old)(capacity);
      bigger.set(old as never);
      return bigger;
    });
  }

  /** The first `length` rows. `isSorted` false: they are put in order of (time, cpu), equal ones as they came. */
  build(plan: { name: string; columns: readonly DecodedColumn[]; tidFields: readonly string[] }, length: number, isSorted: boolean): EventTable {
    if (!isSorted) this.#sort(length);
    const { name, columns, tidFields } = plan;
    const cut = <A extends ColumnArray>(column: A): A => (column.length === length ? column : (column.subarray(0, length) as A));
    const tid = cut(this.tid);
    const fields = columns.map((column, index): [string, ColumnArray] => [column.name, cut(this.columns[index] as ColumnArray)]);
    return {
      name,
      length,
      time: cut(this.time),
      cpu: cut(this.cpu),
      flags: cut(this.flags),
      preemptCount: cut(this.preempt),
      tid,
      fields: Object.fromEntries([...tidFields.map((field): [string, ColumnArray] => [field, tid]), ...fields]),
    };
  }

  #sort(length: number): void {
    const { time, cpu } = this;
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
