/**
 * Builds a Trace straight from rows, without bytes in between: for property tests that need ten thousand traces.
 * Scenes written by hand go through the ring-buffer writer and the importer instead (trace-dsl.ts).
 */
import { StringTable, timeNs } from "../../src/base/index.ts";
import {
  buildThreadTable,
  EVENT_SPECS,
  type EventTable,
  type LostEvents,
  NO_TASK_CHANGES,
  NO_THREAD_NAMES,
  type TaskChanges,
  type ThreadSeed,
  type TimeSpan,
  type Trace,
} from "../../src/trace/index.ts";

export interface TraceRow {
  readonly event: string;
  /** ns */
  readonly time: number;
  readonly cpu: number;
  readonly tid: number;
  readonly flags?: number;
  readonly fields?: Readonly<Record<string, number>>;
}

const SPECS = new Map(EVENT_SPECS.map((spec) => [spec.name, spec]));

export function traceOfRows(input: {
  rows: readonly TraceRow[];
  cpus: number;
  threads: readonly ThreadSeed[];
  lost?: readonly LostEvents[];
  taskChanges?: TaskChanges;
  unread?: readonly TimeSpan[];
  end?: number;
}): Trace {
  const sorted = [...input.rows].sort((a, b) => a.time - b.time || a.cpu - b.cpu);
  const byName = new Map<string, TraceRow[]>();
  for (const row of sorted) {
    const list = byName.get(row.event);
    if (list) list.push(row);
    else byName.set(row.event, [row]);
  }
  const tables = new Map<string, EventTable>();
  for (const [name, rows] of byName) {
    const spec = SPECS.get(name);
    if (spec === undefined) continue;
    const names = Object.entries(spec.fields).flatMap(([field, kind]) => (kind === "args6" ? Array.from({ length: 6 }, (_, index) => `arg${index}`) : [field]));
    tables.set(name, {
      name,
      length: rows.length,
      time: Float64Array.from(rows, (row) => row.time),
      cpu: Uint16Array.from(rows, (row) => row.cpu),
      flags: Uint8Array.from(rows, (row) => row.flags ?? 0),
      preemptCount: new Uint8Array(rows.length),
      tid: Int32Array.from(rows, (row) => row.tid),
      fields: Object.fromEntries(names.map((field) => [field, Float64Array.from(rows, (row) => row.fields?.[field] ?? 0)])),
    });
  }
  return {
    clock: { name: "mono", base: 1_000_000_000_000n },
    begin: timeNs(0),
    end: timeNs(input.end ?? sorted.at(-1)?.time ?? 0),
    machine: { cpus: input.cpus, uname: undefined, longSize: 8 },
    strings: new StringTable(),
    symbols: { nameOf: () => undefined },
    stacks: [new Float64Array()],
    threads: buildThreadTable(input.threads),
    threadNames: NO_THREAD_NAMES,
    tables,
    counts: new Map([...byName].map(([name, rows]) => [name, { perCpu: Float64Array.of(rows.length) }])),
    taskChanges: input.taskChanges ?? NO_TASK_CHANGES,
    lost: input.lost ?? [],
    unread: input.unread ?? [],
    problems: [],
  };
}
