/** Which thread was on each CPU, at every moment? From sched_switch alone. */
import { ColumnBuilder } from "../base/index.ts";
import type { Trace } from "../trace/index.ts";

/**
 * On one CPU: `thread[i]` ran from `start[i]` to `start[i + 1]` (the last one to the end of the trace). Gross: interrupts
 * are inside. `prio` is the kernel's: below 100 real-time or deadline, 120 = nice 0.
 */
export interface CpuOccupancy {
  readonly start: Float64Array;
  readonly thread: Int32Array;
  readonly prio: Int32Array;
}

export function buildCpuOccupancy(trace: Trace): readonly CpuOccupancy[] {
  const builders = Array.from({ length: trace.machine.cpus }, () => ({ start: new ColumnBuilder("f64"), thread: new ColumnBuilder("i32"), prio: new ColumnBuilder("i32") }));
  const table = trace.tables.get("sched_switch");
  if (table !== undefined) {
    const previous = table.fields["prev_pid"];
    const next = table.fields["next_pid"];
    for (let row = 0; row < table.length; row++) {
      const builder = builders[table.cpu[row] as number];
      if (builder === undefined || previous === undefined || next === undefined) continue;
      const time = table.time[row] as number;
      if (builder.start.length === 0) {
        builder.start.push(trace.begin);
        builder.thread.push(trace.threads.at(previous[row] as number, time));
        builder.prio.push(table.fields["prev_prio"]?.[row] ?? 120);
      }
      builder.start.push(time);
      builder.thread.push(trace.threads.at(next[row] as number, time));
      builder.prio.push(table.fields["next_prio"]?.[row] ?? 120);
    }
  }
  return builders.map((builder) => ({ start: builder.start.build(), thread: builder.thread.build(), prio: builder.prio.build() }));
}
