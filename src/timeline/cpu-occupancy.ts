/** Which thread was on each CPU, at every moment? */
import { groupRows, lowerBound, upperBound } from "../base/index.ts";
import type { ThreadIndex, Trace } from "../trace/index.ts";
import type { Switches } from "./switches.ts";

/** One thread's stay on a CPU. Gross: interrupts are inside. */
export interface Occupant {
  readonly thread: ThreadIndex;
  /** clipped to what was asked for */
  readonly begin: number;
  readonly end: number;
}

export interface CpuOccupancy {
  /** Who had this CPU in [begin, end), in order. Empty when no switch was ever seen there. */
  within(cpu: number, begin: number, end: number): readonly Occupant[];
  /** Times at which the CPU changed its task, sorted. */
  switchTimes(cpu: number): Float64Array;
  /** Kernel priority of the occupant: below 100 real-time or deadline, 120 = nice 0; undefined when unknown. */
  priorityAt(cpu: number, time: number): number | undefined;
}

export function buildCpuOccupancy(trace: Trace, switches: Switches): CpuOccupancy {
  const { first, order } = groupRows(switches.cpu, switches.length, trace.machine.cpus);
  const rowsOf = (cpu: number): Int32Array => order.subarray(first[cpu] ?? 0, first[cpu + 1] ?? 0);
  const built: Float64Array[] = [];
  const switchTimes = (cpu: number): Float64Array => {
    let times = built[cpu];
    if (times === undefined) {
      const rows = rowsOf(cpu);
      times = new Float64Array(rows.length);
      for (let at = 0; at < rows.length; at++) times[at] = switches.time[rows[at] as number] as number;
      built[cpu] = times;
    }
    return times;
  };
  return {
    switchTimes,
    within(cpu, begin, end) {
      const rows = rowsOf(cpu);
      const times = switchTimes(cpu);
      if (rows.length === 0) return [];
      const found: Occupant[] = [];
      const add = (switchRows: Int32Array, at: number, from: number, to: number, isBefore = at < 0): void => {
        if (to <= from) return;
        const row = switchRows[Math.max(0, at)] as number;
        const tid = (isBefore ? switches.previous : switches.next)[row] as number;
        found.push({ thread: trace.threads.at(tid, switches.time[row] as number), begin: from, end: to });
      };
      const last = lowerBound(times, end);
      // the occupant before the first switch is known from whom it switched out
      for (let at = upperBound(times, begin) - 1; at < last; at++) {
        const from = Math.max(begin, at < 0 ? trace.begin : (times[at] as number));
        const to = Math.min(end, times[at + 1] ?? trace.end);
        if (to <= from) continue;
        const gap = at < 0 ? undefined : trace.unread.find((span) => span.from < (times[at + 1] ?? trace.end) && span.to > (times[at] as number));
        if (gap === undefined) add(rows, at, from, to);
        else {
          // behind a part that was not read, whoever leaves first was there
          add(rows, at, from, Math.min(to, gap.from));
          if (at + 1 < rows.length) add(rows, at + 1, Math.max(from, gap.to), to, true);
        }
      }
      return found;
    },
    priorityAt(cpu, time) {
      const rows = rowsOf(cpu);
      const at = upperBound(switchTimes(cpu), time) - 1;
      if (rows.length === 0 || (at < 0 && time < trace.begin)) return undefined;
      return at < 0 ? switches.previousPrio[rows[0] as number] : switches.nextPrio[rows[at] as number];
    },
  };
}
