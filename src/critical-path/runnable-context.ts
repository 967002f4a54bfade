/** What the scheduler was not allowed or not able to do: bandwidth periods and unserved reschedules, found once per trace. */
import type { Timeline } from "../timeline/index.ts";
import { FLAG_NEED_RESCHED } from "../trace/index.ts";
import type { RunnableContext } from "./on-cpu.ts";

/** A reschedule is served within microseconds on its way out of the kernel; 1 ms is a section that does not let go. */
const MIN_SECTION_NS = 1_000_000;

export function buildRunnableContext(timeline: Timeline, throttledProcesses: RunnableContext["throttledProcesses"]): RunnableContext {
  return { throttledProcesses, periodTimers: periodTimers(timeline), preemptOff: preemptOffSections(timeline) };
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

/** From the first event that carries need-resched to the next switch on that CPU: only schedule() clears it. The idle task polls it and does not count. */
function preemptOffSections(timeline: Timeline): [number, number][][] {
  const cpus = timeline.trace.machine.cpus;
  const flagged = Array.from({ length: cpus }, () => [] as number[]);
  for (const table of timeline.trace.tables.values()) {
    if (table.name === "sched_switch") continue;
    for (let row = 0; row < table.length; row++) if ((table.flags[row] as number) & FLAG_NEED_RESCHED && table.tid[row] !== 0) flagged[table.cpu[row] as number]?.push(table.time[row] as number);
  }
  return flagged.map((times, cpu) => {
    times.sort((a, b) => a - b);
    const sections: [number, number][] = [];
    const switches = timeline.occupancy[cpu]?.start ?? new Float64Array();
    let next = 0;
    let served = Number.NEGATIVE_INFINITY;
    for (const time of times) {
      if (time < served) continue;
      while (next < switches.length && (switches[next] as number) < time) next++;
      served = next < switches.length ? (switches[next] as number) : timeline.trace.end;
      if (served - time >= MIN_SECTION_NS) sections.push([time, served]);
    }
    return sections;
  });
}
