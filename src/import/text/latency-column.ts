/**
 * What do the characters between CPU and stamp say? Back to raw common_flags and common_preempt_count (kernel/trace/
 * trace_output.c, trace_print_lat_fmt; libtraceevent prints fewer letters). Which column is which stands in the header's
 * drawing; without one the width tells.
 */
import { hexDigit } from "./byte-text.ts";

export type ColumnName = "irqs-off" | "need-resched" | "need-resched-lazy" | "hardirq/softirq" | "preempt-depth" | "preempt-lazy-depth" | "migrate-disable";

const IRQS_OFF = 0x01;
/** up to 6.12 IRQS_NOSUPPORT, later and on RT kernels NEED_RESCHED_LAZY */
const LAZY = 0x02;
const NEED_RESCHED = 0x04;
const HARDIRQ = 0x08;
const SOFTIRQ = 0x10;
const PREEMPT_RESCHED = 0x20;
const NMI = 0x40;
const BH_OFF = 0x80;

const FLAGS: Readonly<Record<Exclude<ColumnName, "preempt-depth" | "preempt-lazy-depth" | "migrate-disable">, Readonly<Record<string, number>>>> = {
  "irqs-off": { D: IRQS_OFF | BH_OFF, d: IRQS_OFF, b: BH_OFF, X: LAZY },
  "need-resched": {
    B: NEED_RESCHED | PREEMPT_RESCHED | LAZY,
    N: NEED_RESCHED | PREEMPT_RESCHED,
    L: PREEMPT_RESCHED | LAZY,
    b: NEED_RESCHED | LAZY,
    n: NEED_RESCHED,
    p: PREEMPT_RESCHED,
    l: LAZY,
  },
  "need-resched-lazy": { L: LAZY, l: LAZY, N: LAZY },
  "hardirq/softirq": { Z: NMI | HARDIRQ, z: NMI, H: HARDIRQ | SOFTIRQ, h: HARDIRQ, s: SOFTIRQ },
};

const BY_WIDTH: readonly (readonly ColumnName[])[] = [
  [],
  [],
  [],
  ["irqs-off", "need-resched", "hardirq/softirq"],
  ["irqs-off", "need-resched", "hardirq/softirq", "preempt-depth"],
  ["irqs-off", "need-resched", "hardirq/softirq", "preempt-depth", "migrate-disable"],
  ["irqs-off", "need-resched", "need-resched-lazy", "hardirq/softirq", "preempt-depth", "migrate-disable"],
  ["irqs-off", "need-resched", "need-resched-lazy", "hardirq/softirq", "preempt-depth", "preempt-lazy-depth", "migrate-disable"],
];

export interface IrqState {
  readonly flags: number;
  readonly preempt: number;
}

/** garbage may look like a column */
const MOST_KNOWN = 4096;

/** A column is at most 8 bytes and a file has a few dozen: each is worked out once. */
export class LatencyColumns {
  #drawn: readonly ColumnName[] = [];
  #known = new Map<number, IrqState>();

  /** The names in the header's drawing, left to right; a kernel that draws fewer than it writes is not believed. */
  draw(names: readonly ColumnName[]): void {
    this.#drawn = names;
    this.#known = new Map();
  }

  read(bytes: Uint8Array, from: number, to: number): IrqState {
    // 7 bits a byte, 8 bytes: an exact double
    let key = 0;
    for (let at = from; at < to; at++) key = key * 128 + (bytes[at] as number);
    let state = this.#known.get(key);
    if (state === undefined) {
      state = this.#decode(bytes, from, to);
      if (this.#known.size < MOST_KNOWN) this.#known.set(key, state);
    }
    return state;
  }

  #decode(bytes: Uint8Array, from: number, to: number): IrqState {
    const width = to - from;
    const names = this.#drawn.length === width ? this.#drawn : (BY_WIDTH[width] ?? []);
    let flags = 0;
    let preempt = 0;
    names.forEach((name, index) => {
      const byte = bytes[from + index] as number;
      if (name === "preempt-depth") preempt |= Math.max(0, hexDigit(byte));
      else if (name === "migrate-disable") preempt |= Math.max(0, hexDigit(byte)) << 4;
      else if (name !== "preempt-lazy-depth") flags |= FLAGS[name][String.fromCharCode(byte)] ?? 0;
    });
    return { flags, preempt };
  }
}
