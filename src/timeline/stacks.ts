/** Where in the kernel did a thread go to sleep? Stacks recorded by the trigger on its sched_switch. */
import { groupRows, lowerBound } from "../base/index.ts";
import type { ThreadIndex, Trace } from "../trace/index.ts";

/**
 * The switch and its stack are stamped one after the other, possibly by two instances. Chosen, not measured: far above
 * the cost of two records, and far below the time in which a thread could leave the CPU, come back and leave again.
 */
const STACK_WINDOW_NS = 200_000;

export interface Stacks {
  /** Function names, innermost first, of the stack recorded when this thread left the CPU at `time`; undefined when none was. */
  at(thread: ThreadIndex, time: number): readonly string[] | undefined;
}

/** The tracer's own frames and the scheduler's, which every stack ends in. */
const NOISE = /^(__)?(schedule|preempt_schedule|trace_|event_triggers|stacktrace_|ftrace_|do_trace|perf_trace|__traceiter|schedule_timeout|schedule_hrtimeout)/;

export function buildStacks(trace: Trace): Stacks {
  const table = trace.tables.get("kernel_stack");
  if (table === undefined) return { at: () => undefined };
  const owner = Int32Array.from({ length: table.length }, (_, row) => trace.threads.at(table.tid[row] as number, table.time[row] as number));
  const { first, order } = groupRows(owner, table.length, trace.threads.length);
  const times = Float64Array.from(order, (row) => table.time[row] as number);
  const caller = table.fields["caller"];
  return {
    at(thread, time) {
      if (thread < 0) return undefined;
      const to = first[thread + 1] as number;
      let at = lowerBound(times, time - STACK_WINDOW_NS, first[thread] as number, to);
      let best = -1;
      let distance = STACK_WINDOW_NS;
      for (; at < to && (times[at] as number) <= time + STACK_WINDOW_NS; at++) {
        const apart = Math.abs((times[at] as number) - time);
        if (apart <= distance) {
          distance = apart;
          best = order[at] as number;
        }
      }
      if (best < 0) return undefined;
      const names: string[] = [];
      for (const address of trace.stacks[caller?.[best] ?? 0] ?? []) {
        const name = trace.symbols.nameOf(address);
        if (name !== undefined && !NOISE.test(name)) names.push(name);
      }
      return names;
    },
  };
}
