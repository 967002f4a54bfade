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

/** Which columns can be read from this format? A field the kernel does not have is left out. */
export function columnsOf(spec: EventSpec, format: EventFormat, longSize: 4 | 8): DecodedColumn[] {
  const columns: DecodedColumn[] = [];
  for (const [name, kind] of Object.entries(spec.fields)) {
    const field = format.fields.find((candidate) => candidate.name === name);
    if (field === undefined) continue;
    if (kind === "args6") {
      for (let index = 0; index < 6; index++) columns.push({ name: `arg${index}`, kind: "f64", storage: "f64", field: { ...field, size: longSize, signed: false, arrayLength: undefined }, offset: field.offset + index * longSize });
    } else columns.push({ name, kind, storage: STORAGE[kind], field, offset: field.offset });
  }
  return columns;
}

const STORAGE: Readonly<Record<Exclude<FieldKind, "args6">, ColumnKind>> = { i32: "i32", u32: "u32", f64: "f64", pointer: "f64", string: "i32", time: "f64", stack: "i32" };
const ARRAYS = { f64: Float64Array, i32: Int32Array, u32: Uint32Array, u16: Uint16Array, u8: Uint8Array } as const;

export class TableBuilder {
  length = 0;
  capacity = 0;
  time = new Float64Array();
  flags = new Uint8Array();
  preempt = new Uint8Array();
  tid = new Int32Array();
  readonly columns: ColumnArray[];
  readonly #storage: readonly ColumnKind[];

  constructor(storage: readonly ColumnKind[]) {
    this.#storage = storage;
    this.columns = storage.map((kind) => new ARRAYS[kind]());
  }

  grow(): void {
    this.capacity = this.capacity === 0 ? 256 : this.capacity * 2;
    const bigger = <A extends ColumnArray>(old: A, kind: ColumnKind): A => {
      const grown = new ARRAYS[kind](this.capacity) as A;
      grown.set(old as never);
      return grown;
    };
    this.time = bigger(this.time, "f64");
    this.flags = bigger(this.flags, "u8");
    this.preempt = bigger(this.preempt, "u8");
    this.tid = bigger(this.tid, "i32");
    this.#storage.forEach((kind, index) => {
      this.columns[index] = bigger(this.columns[index] as ColumnArray, kind);
    });
  }
}
