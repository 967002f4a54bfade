/** Growable typed columns: hot paths append numbers, never objects. */

export type ColumnKind = "f64" | "i32" | "u32" | "i16" | "u16" | "u8";
export type ColumnArray = Float64Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Uint8Array;

const CONSTRUCTORS = { f64: Float64Array, i32: Int32Array, u32: Uint32Array, i16: Int16Array, u16: Uint16Array, u8: Uint8Array } as const;

export interface ColumnArrayByKind {
  f64: Float64Array;
  i32: Int32Array;
  u32: Uint32Array;
  i16: Int16Array;
  u16: Uint16Array;
  u8: Uint8Array;
}

/** Appends values and doubles its storage; `build()` returns a view of exactly the rows written. */
export class ColumnBuilder<K extends ColumnKind> {
  readonly kind: K;
  /** Raw storage: hot loops may write `values[length]` themselves after `reserve`. */
  values: ColumnArrayByKind[K];
  length = 0;

  constructor(kind: K, capacity = 64) {
    this.kind = kind;
    this.values = new CONSTRUCTORS[kind](capacity) as ColumnArrayByKind[K];
  }

  reserve(rows: number): void {
    if (rows <= this.values.length) return;
    let capacity = this.values.length * 2;
    while (capacity < rows) capacity *= 2;
    const grown = new CONSTRUCTORS[this.kind](capacity) as ColumnArrayByKind[K];
    grown.set(this.values as never);
    this.values = grown;
  }

  push(value: number): number {
    if (this.length === this.values.length) this.reserve(this.length + 1);
    this.values[this.length] = value;
    return this.length++;
  }

  build(): ColumnArrayByKind[K] {
    return this.values.subarray(0, this.length) as ColumnArrayByKind[K];
  }
}
