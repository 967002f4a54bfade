/** With which priority did the occupant of a CPU run? */
import type { Timeline } from "../timeline/index.ts";

/** Kernel priority of what ran on this CPU at that time: below 100 real-time or deadline, 120 = nice 0; undefined when unknown. */
export function priorityAt(timeline: Timeline, cpu: number, time: number): number | undefined {
  return timeline.occupancy.priorityAt(cpu, time);
}

/** MAX_RT_PRIO, include/linux/sched/prio.h */
export const MAX_RT_PRIORITY = 100;
