/** With which priority did the occupant of a CPU run? */
import { upperBound } from "../base/index.ts";
import type { Timeline } from "../timeline/index.ts";

/** Kernel priority of what ran on this CPU at that time: below 100 real-time or deadline, 120 = nice 0; undefined when unknown. */
export function priorityAt(timeline: Timeline, cpu: number, time: number): number | undefined {
  const occupancy = timeline.occupancy[cpu];
  return occupancy === undefined ? undefined : occupancy.prio[upperBound(occupancy.start, time) - 1];
}

/** MAX_RT_PRIO, include/linux/sched/prio.h */
export const MAX_RT_PRIORITY = 100;
