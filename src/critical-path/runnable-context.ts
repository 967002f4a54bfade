/** What the scheduler was not allowed or not able to do: bandwidth periods and unserved reschedules, found once per trace. */
import { lowerBound, upperBound } from "../base/index.ts";
import type { Timeline } from "../timeline/index.ts";
import { FLAG_NEED_RESCHED } from "../trace/index.ts";
import type { CpuSections, RunnableContext } from "./on-cpu.ts";

/** A reschedule is served within microseconds on its way out of the kernel; 1 ms is a section that does not let go. */
const MIN_SECTION_NS = 1_000_000;

export function buildRunnableContext(timeline: Timeline, throttledProcesses: RunnableContext["throttledProcesses"]): RunnableContext {
  return { throttledProcesses, periodTimers: periodTimers(timeline), sections: sectionsOf(timeline) };
}

function sectionsOf(timeline: Timeline): CpuSections[] {
  return preemptOffSections(timeline).map((preemptOff, cpu) => {
    const marks = [
      ...timeline.timers.late.filter((timer) => timer.cpu === cpu).map(({ expires, fired }) => ({ begin: expires, end: fired, section: "irqs-off" as const })),
      ...preemptOff.map(([begin, end]) => ({ begin, end, section: "preempt-off" as const })),
    ].sort((a, b) => a.begin - b.begin);
    let latest = Number.NEGATIVE_INFINITY;
    return { marks, until: Float64Array.from(marks, ({ end }) => (latest = Math.max(latest, end))) };
  });
}

function periodTimers(timeline: Timeline): number[] {
  const table = timeline.trace.tables.get("hrtimer_expire_entry");
  const times: number[] = [];
  for (let row = 0; row < (table?.length ?? 0); row++) {
    const name = timeline.trace.symbols.nameOf(table?.fields["function"]?.[row] ?? 0);
    if (name === "sched_cfs_period_timer" || name === "sched_cfs_slack_timer") times.push(table?.time[row] as number);
  }
  return times;
}

/** Events at the entry into the kernel: one without need-resched shows that the flag was cleared, by a schedule() that kept the task. */
const ENTRIES = ["local_timer_entry", "irq_handler_entry", "softirq_entry", "hrtimer_expire_entry", "reschedule_entry"];

/**
 * From the first event that carries need-resched to the last before a switch, or before an event without it: only
 * schedule() clears the flag, and it may choose the same task again. The idle task polls the flag and does not count.
 */
function preemptOffSections(timeline: Timeline): [number, number][][] {
  const { machine, tables, end } = timeline.trace;
  const flagged = Array.from({ length: machine.cpus }, () => [] as number[]);
  const clear = Array.from({ length: machine.cpus }, () => [] as number[]);
  for (const table of tables.values()) {
    if (table.name === "sched_switch") continue;
    const isEntry = ENTRIES.includes(table.name);
    for (let row = 0; row < table.length; row++) {
      const set = ((table.flags[row] as number) & FLAG_NEED_RESCHED) !== 0;
      if (set && table.tid[row] !== 0) flagged[table.cpu[row] as number]?.push(table.time[row] as number);
      else if (isEntry && !set) clear[table.cpu[row] as number]?.push(table.time[row] as number);
    }
  }
  return flagged.map((times, cpu) => {
    times.sort((a, b) => a - b);
    const cleared = Float64Array.from(clear[cpu] ?? []).sort();
    const switches = timeline.occupancy.switchTimes(cpu);
    const sections: [number, number][] = [];
    let served = Number.NEGATIVE_INFINITY;
    for (const time of times) {
      if (time < served) continue;
      served = Math.min(switches[lowerBound(switches, time)] ?? end, cleared[upperBound(cleared, time)] ?? end);
      if (served - time >= MIN_SECTION_NS && !timeline.blindSpots.between(cpu, time, served)) sections.push([time, served]);
    }
    return sections;
  });
}
