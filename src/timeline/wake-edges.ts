/** Who woke whom, when and where? */
import type { EventTable, ThreadIndex, Trace } from "../trace/index.ts";

/** One row per wake-up. The waker is the thread current on `cpu`, which in interrupt context (see flags) is not the cause. */
export interface WakeEdges {
  readonly length: number;
  /** ranges of rows that are in order of time: [first row, row behind the last] */
  readonly parts: readonly (readonly [from: number, to: number])[];
  readonly time: Float64Array;
  readonly cpu: Uint16Array;
  readonly flags: Uint8Array;
  readonly wakerTid: Int32Array;
  readonly wakeeTid: Int32Array;
  readonly targetCpu: Uint16Array;
  wakerOf(edge: number): ThreadIndex;
  wakeeOf(edge: number): ThreadIndex;
}

/** sched_waking says who; sched_wakeup is emitted on the target CPU, often in an IPI, and only serves where waking is missing. */
export function buildWakeEdges(trace: Trace): WakeEdges {
  const tables = [trace.tables.get("sched_waking") ?? trace.tables.get("sched_wakeup"), trace.tables.get("sched_wakeup_new")].filter(
    (table): table is EventTable => table !== undefined && table.fields["pid"] !== undefined,
  );
  const length = tables.reduce((sum, table) => sum + table.length, 0);
  const parts: [number, number][] = [];
  for (const table of tables) parts.push([parts.at(-1)?.[1] ?? 0, (parts.at(-1)?.[1] ?? 0) + table.length]);
  // a single table's columns are used as they are
  const joined = <A extends Float64Array | Int32Array | Uint16Array | Uint8Array>(empty: A, columnOf: (table: EventTable) => ArrayLike<number>): A => {
    const [only] = tables;
    const column = only === undefined ? empty : columnOf(only);
    if (tables.length < 2 && column.constructor === empty.constructor) return column as A;
    const all = new (empty.constructor as new (length: number) => A)(length);
    tables.forEach((table, index) => all.set(columnOf(table), parts[index]?.[0] ?? 0));
    return all;
  };
  const time = joined(new Float64Array(), (table) => table.time);
  const wakerTid = joined(new Int32Array(), (table) => table.tid);
  const wakeeTid = joined(new Int32Array(), (table) => table.fields["pid"] as ArrayLike<number>);
  return {
    length,
    parts,
    time,
    cpu: joined(new Uint16Array(), (table) => table.cpu),
    flags: joined(new Uint8Array(), (table) => table.flags),
    wakerTid,
    wakeeTid,
    targetCpu: joined(new Uint16Array(), (table) => table.fields["target_cpu"] ?? table.cpu),
    wakerOf: (edge) => trace.threads.at(wakerTid[edge] as number, time[edge] as number),
    wakeeOf: (edge) => trace.threads.at(wakeeTid[edge] as number, time[edge] as number),
  };
}
