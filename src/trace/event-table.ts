/** What happened: one table per kernel event, a struct of arrays, sorted by (time, cpu), immutable once built. */
import type { ColumnArray } from "../base/index.ts";

/** common_flags bits of the trace entry (include/linux/trace_events.h). */
export const FLAG_NEED_RESCHED = 0x04;
export const FLAG_HARDIRQ = 0x08;
/** serving a softirq; merely local_bh_disable() is FLAG_BH_OFF */
export const FLAG_SOFTIRQ = 0x10;
export const FLAG_NMI = 0x40;
export const FLAG_BH_OFF = 0x80;

/**
 * All records of one event. `name` is the kernel's, verbatim. `time` is TimeNs. `tid` is the thread current on `cpu`
 * when the event was recorded (0 = the idle task of that CPU). `flags` are the raw common_flags, `preemptCount` the raw
 * common_preempt_count. `fields[name]` has one value per row; see FieldKind for what it means.
 */
export interface EventTable {
  readonly name: string;
  readonly length: number;
  readonly time: Float64Array;
  readonly cpu: Uint16Array;
  readonly flags: Uint8Array;
  readonly preemptCount: Uint8Array;
  readonly tid: Int32Array;
  readonly fields: Readonly<Record<string, ColumnArray>>;
}

/**
 * How a field of an event is kept.
 * - `i32`, `u32`, `i16`, `u16`: as is, cut to that size. - `f64`: 64-bit integers as doubles (exact below 2^53).
 * - `pointer`: kernel address or any 64-bit cookie, its low 52 bits as an exact double: equal pointers stay equal.
 * - `string`: index into `Trace.strings` (char arrays, __data_loc and __rel_loc strings).
 * - `time`: a CLOCK_MONOTONIC stamp inside the payload (hrtimer now/expires), rebased to TimeNs.
 * - `tid`: by the kernel's definition of the event the thread current on the CPU: the column is the table's own `tid`.
 * - `stack`: index into `Trace.stacks`; - `args6`: `unsigned long args[6]` of sys_enter, as columns `arg0` .. `arg5` (f64).
 */
export type FieldKind = "i32" | "u32" | "i16" | "u16" | "tid" | "f64" | "pointer" | "string" | "time" | "stack" | "args6";

export interface EventSpec {
  /** event system, e.g. `sched` */
  readonly system: string;
  readonly name: string;
  readonly fields: Readonly<Record<string, FieldKind>>;
  /** pairs of fields, tid and name, that say what a task is called: kept in `Trace.threadNames` instead of a column */
  readonly names?: readonly (readonly [tid: string, comm: string])[];
}
