/** The model every later room reads: what a recording says, in columns, on one clock. Immutable once built. */
import type { StringTable, TimeNs } from "../base/index.ts";
import type { EventTable } from "./event-table.ts";
import type { ThreadNames, ThreadTable } from "./threads.ts";

/** A stretch of time on one CPU in which events are missing. `count` undefined = unknown number. */
export interface LostEvents {
  readonly cpu: number;
  readonly from: TimeNs;
  readonly to: TimeNs;
  readonly count: number | undefined;
  /** which buffer lost them: "" is the main (wide) one */
  readonly buffer: string;
}

export interface TimeSpan {
  readonly from: TimeNs;
  readonly to: TimeNs;
}

/** Something in the file that was skipped, with its place. The rest of the file stays valid. */
export interface ImportProblem {
  readonly code: string;
  readonly message: string;
  readonly cpu?: number;
  readonly offset?: number;
}

/** Kernel addresses to function names. */
export interface SymbolTable {
  /** Name of the function that contains a `pointer` value (low 52 bits), without offset; undefined when unknown. */
  nameOf(pointer: number): string | undefined;
}

/** Rows sorted by time: at `time` the task `tid` was current on `cpu`, at `since` (the record before) it was not, and no sched_switch lies between. */
export interface TaskChanges {
  readonly length: number;
  readonly time: Float64Array;
  readonly since: Float64Array;
  readonly cpu: Uint16Array;
  readonly tid: Int32Array;
}

export const NO_TASK_CHANGES: TaskChanges = { length: 0, time: new Float64Array(), since: new Float64Array(), cpu: new Uint16Array(), tid: new Int32Array() };

export interface Trace {
  /** `base` is the absolute trace-clock time of TimeNs 0, in ns. `name` e.g. "mono"; "" when the file does not say. */
  readonly clock: { readonly name: string; readonly base: bigint };
  /** First and last event time. `begin === end === 0` for an empty trace. */
  readonly begin: TimeNs;
  readonly end: TimeNs;
  readonly machine: { readonly cpus: number; readonly uname: string | undefined; readonly longSize: 4 | 8 };
  readonly strings: StringTable;
  readonly symbols: SymbolTable;
  /** Stack id -> return addresses (low 52 bits), innermost first. Id 0 is the empty stack. */
  readonly stacks: readonly Float64Array[];
  readonly threads: ThreadTable;
  readonly threadNames: ThreadNames;
  /** By event name. An event of EVENT_SPECS that the recording had enabled but never saw may be absent. */
  readonly tables: ReadonlyMap<string, EventTable>;
  readonly taskChanges: TaskChanges;
  /** Every record read, by event name, decoded or not: the ledger that must agree with other readers. */
  readonly counts: ReadonlyMap<string, { readonly perCpu: Float64Array }>;
  readonly lost: readonly LostEvents[];
  /** Sorted. Here only markers and births, names and ends of threads were read: the recording is too large. */
  readonly unread: readonly TimeSpan[];
  readonly problems: readonly ImportProblem[];
}
