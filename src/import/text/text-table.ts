/** Columns of one event while the lines of a text are read; the same ones that the importer of records makes. */
import { ColumnBuilder, type ColumnArray, type ColumnKind } from "../../base/index.ts";
import { STORAGE } from "../table-builder.ts";
import type { EventSpec, EventTable, FieldKind } from "../../trace/index.ts";

type ColumnField = Exclude<FieldKind, "args6" | "tid">;

export interface TextColumn {
  readonly name: string;
  readonly kind: ColumnField;
  readonly values: ColumnBuilder<ColumnKind>;
  /** a row's text did not have it: then the column is left out, as one that the recording kernel does not have */
  isMissing: boolean;
}

export interface RowPlace {
  readonly time: number;
  readonly cpu: number;
  readonly tid: number;
  readonly flags: number;
  readonly preempt: number;
}

export class TextTable {
  readonly name: string;
  readonly columns: readonly TextColumn[];
  /** fields that are the table's own `tid` */
  readonly tidFields: readonly string[];
  /** fields that name a task */
  readonly names: readonly (readonly [tid: string, comm: string])[];
  readonly #time = new ColumnBuilder("f64");
  readonly #cpu = new ColumnBuilder("u16");
  readonly #flags = new ColumnBuilder("u8");
  readonly #preempt = new ColumnBuilder("u8");
  readonly #tid = new ColumnBuilder("i32");
  #isSorted = true;

  constructor(spec: EventSpec) {
    this.name = spec.name;
    this.names = spec.names ?? [];
    this.tidFields = Object.keys(spec.fields).filter((name) => spec.fields[name] === "tid");
    this.columns = Object.entries(spec.fields).flatMap(([name, kind]): TextColumn[] =>
      kind === "tid" ? [] : kind === "args6" ? Array.from({ length: 6 }, (_, index) => column(`arg${index}`, "f64")) : [column(name, kind)],
    );
  }

  get length(): number {
    return this.#time.length;
  }

  push(row: RowPlace): void {
    const last = this.length - 1;
    if (last >= 0 && this.#isSorted) {
      const before = this.#time.values[last] as number;
      if (row.time < before || (row.time === before && row.cpu < (this.#cpu.values[last] as number))) this.#isSorted = false;
    }
    this.#time.push(row.time);
    this.#cpu.push(row.cpu);
    this.#flags.push(row.flags);
    this.#preempt.push(row.preempt);
    this.#tid.push(row.tid);
  }

  /** In order of (time, cpu), equal ones as they came. Times were counted from `base`, which becomes 0. */
  build(base: number): EventTable {
    const order = this.#isSorted ? undefined : orderOf(this.#time.build(), this.#cpu.build());
    const arrange = <A extends ColumnArray>(values: A): A =>
      order === undefined ? values : (values.slice().map((_, row) => values[order[row] as number] as number) as A);
    const rebase = (values: Float64Array): Float64Array => (base === 0 ? values : values.map((time) => time - base));
    const tid = arrange(this.#tid.build());
    return {
      name: this.name,
      length: this.length,
      time: arrange(rebase(this.#time.build())),
      cpu: arrange(this.#cpu.build()),
      flags: arrange(this.#flags.build()),
      preemptCount: arrange(this.#preempt.build()),
      tid,
      fields: Object.fromEntries([
        ...this.tidFields.map((name) => [name, tid] as const),
        ...this.columns
          .filter((column) => !column.isMissing)
          .map(({ name, kind, values }) => [name, arrange(kind === "time" ? rebase(values.build() as Float64Array) : values.build())] as const),
      ]),
    };
  }
}

const column = (name: string, kind: ColumnField): TextColumn => ({ name, kind, values: new ColumnBuilder<ColumnKind>(STORAGE[kind]), isMissing: false });

/** moves a row that insertion may cost before sorting as a whole is cheaper */
const CHEAP_MOVES = 8;

/** Rows of a text are out of order by ties of a microsecond only, unless they come from trace_pipe. */
export function orderOf(time: Float64Array, cpu: Uint16Array): Uint32Array {
  const rows = time.length;
  const order = Uint32Array.from({ length: rows }, (_, index) => index);
  const isAfter = (a: number, b: number): boolean =>
    (time[a] as number) > (time[b] as number) || ((time[a] as number) === (time[b] as number) && (cpu[a] as number) > (cpu[b] as number));
  let moves = rows * CHEAP_MOVES;
  for (let row = 1; row < rows; row++) {
    let at = row;
    for (; at > 0 && isAfter(order[at - 1] as number, row); at--) {
      if (--moves < 0)
        return Uint32Array.from({ length: rows }, (_, index) => index).sort(
          (a, b) => (time[a] as number) - (time[b] as number) || (cpu[a] as number) - (cpu[b] as number) || a - b,
        );
      order[at] = order[at - 1] as number;
    }
    order[at] = row;
  }
  return order;
}
