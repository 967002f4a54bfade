/** Which thread was on each CPU, at every moment? */
import { ColumnBuilder } from "../base/index.ts";
import type { Trace } from "../trace/index.ts";
import type { Switches } from "./switches.ts";

/**
 * On one CPU: `thread[i]` ran from `start[i]` to `start[i + 1]` (the last one to the end of the trace). Gross: interrupts
 * are inside. `prio` is the kernel's: below 100 real-time or deadline, 120 = nice 0.
 */
export interface CpuOccupancy {
  readonly start: Float64Array;
  readonly thread: Int32Array;
  readonly prio: Int32Array;
}

export function buildCpuOccupancy(trace: Trace, switches: Switches): readonly CpuOccupancy[] {
  const builders = Array.from({ length: trace.machine.cpus }, () => ({
    start: new ColumnBuilder("f64"),
    thread: new ColumnBuilder("i32"),
    prio: new ColumnBuilder("i32"),
  }));
  for (let row = 0; row < switches.length; row++) {
    const builder = builders[switches.cpu[row] as number];
    if (builder === undefined) continue;
    const time = switches.time[row] as number;
    if (builder.start.length === 0) {
      builder.start.push(trace.begin);
      builder.thread.push(trace.threads.at(switches.previous[row] as number, time));
      builder.prio.push(switches.previousPrio[row] as number);
    }
    builder.start.push(time);
    builder.thread.push(trace.threads.at(switches.next[row] as number, time));
    builder.prio.push(switches.nextPrio[row] as number);
  }
  return builders.map((builder) => ({ start: builder.start.build(), thread: builder.thread.build(), prio: builder.prio.build() }));
}
