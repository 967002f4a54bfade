/** What the scheduler was not allowed or not able to do: bandwidth periods and unserved reschedules, found once per trace. */
import { lowerBound, upperBound } from "../base/index.ts";
import type { Timeline } from "../timeline/index.ts";
import { FLAG_NEED_RESCHED, type ThreadIndex } from "../trace/index.ts";
import type { CpuSections, RunnableContext } from "./on-cpu.ts";

/** A reschedule is served within microseconds on its way out of the kernel; 1 ms is a section that does not let go. */
const MIN_SECTION_NS = 1_000_000;

export function buildRunnableContext(
  timeline: Timeline,
  throttledProcesses: RunnableContext["throttledProcesses"],
  service: ReadonlySet<number> = new Set(),
): RunnableContext {
  return { service, throttledProcesses, periodTimers: periodTimers(timeline), sections: sectionsOf(timeline) };
}

function sectionsOf(timeline: Timeline): CpuSections[] {
  return preemptOffSections(timeline).map((preemptOff, cpu) => {
    const marks = [
      ...merged(timeline.timers.late.flatMap((timer) => (timer.cpu === cpu ? sectionOf(timeline, cpu, "irqs-off", timer.expires, timer.fired) : []))),
      ...preemptOff.flatMap(([begin, end]) => sectionOf(timeline, cpu, "preempt-off", begin, end)),
    ].sort((a, b) => a.begin - b.begin);
    let latest = Number.NEGATIVE_INFINITY;
    return { marks, until: Float64Array.from(marks, ({ end }) => (latest = Math.max(latest, end))) };
  });
}

/** Several timers are late in one section. */
function merged(marks: CpuSections["marks"]): CpuSections["marks"] {
  const sections: CpuSections["marks"][number][] = [];
  for (const mark of [...marks].sort((a, b) => a.begin - b.begin)) {
    const last = sections.at(-1);
    if (last === undefined || mark.begin >= last.end) sections.push(mark);
    else sections[sections.length - 1] = { ...last, latestBegin: Math.min(last.latestBegin, mark.latestBegin), end: Math.max(last.end, mark.end) };
  }
  return sections;
}

/** The first sign comes with the next timer or tick: at most this long after the section began (a tick at HZ=100). */
const MAX_UNSEEN_NS = 10_000_000;

/**
 * What the events show begins when a timer was due or a reschedule was asked for; the section itself began after the last
 * sign of an open CPU: its owner's switch-in, or an interrupt. Only who was in the kernel can have done it.
 */
function sectionOf(timeline: Timeline, cpu: number, section: "irqs-off" | "preempt-off", seen: number, end: number): CpuSections["marks"] {
  const [occupant] = timeline.occupancy.within(cpu, seen, seen + 1);
  if (occupant === undefined || !isInKernel(timeline, occupant.thread, seen)) return [];
  const switches = timeline.occupancy.switchTimes(cpu);
  const cameIn = switches[upperBound(switches, seen) - 1] ?? Number.NEGATIVE_INFINITY;
  const pieces = timeline.interrupts[cpu];
  const lastInterrupt = section === "preempt-off" || pieces === undefined ? undefined : pieces.end[upperBound(pieces.end, seen) - 1];
  const open = Math.max(cameIn, lastInterrupt ?? Number.NEGATIVE_INFINITY);
  return [{ begin: seen - open <= Math.min(MAX_UNSEEN_NS, end - seen) ? open : seen, latestBegin: seen, end, section }];
}

/** A kernel thread, or a thread whose system calls are recorded and that was in one. */
export const isInKernel = (timeline: Timeline, thread: ThreadIndex, time: number): boolean =>
  thread > 0 && (timeline.trace.threads.row(thread).isKernel || timeline.syscalls.at(thread, time) !== undefined);

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
/** Entries that add nothing to the preempt count themselves (seen on 6.1 and 6.18), so that it is the interrupted task's. */
const PLAIN_ENTRIES = ["local_timer_entry", "irq_handler_entry", "hrtimer_expire_entry", "reschedule_entry"];
/** Nesting of preempt_disable(); the upper half of the field counts migrate_disable(). */
const PREEMPT_DEPTH = 0x0f;

/**
 * From the first interrupt that finds need-resched set and preemption disabled, to the last before a switch, or before an
 * event without the flag: only schedule() clears it, and it may choose the same task again. The idle task polls the flag
 * and does not count. With a count of 0 the kernel is merely not preemptible by its configuration (preempt=none), and
 * whoever is in it is not to blame: measured on 6.18, a kworker under preempt=none is asked at every tick with count 0.
 */
function preemptOffSections(timeline: Timeline): [number, number][][] {
  const { machine, end } = timeline.trace;
  const asked = entryTimes(
    timeline,
    PLAIN_ENTRIES,
    (flags, tid, count) => (flags & FLAG_NEED_RESCHED) !== 0 && tid !== 0 && (count & PREEMPT_DEPTH) > 0,
    () => true,
  );
  // most CPUs are never asked in vain
  const isAsked = (cpu: number): boolean => (asked[cpu]?.length ?? 0) > 0;
  const cleared = entryTimes(timeline, ENTRIES, (flags) => (flags & FLAG_NEED_RESCHED) === 0, isAsked);
  return Array.from({ length: machine.cpus }, (_, cpu) => {
    const switches = timeline.occupancy.switchTimes(cpu);
    const unflagged = cleared[cpu] ?? new Float64Array();
    const sections: [number, number][] = [];
    let served = Number.NEGATIVE_INFINITY;
    for (const time of asked[cpu] ?? []) {
      if (time < served) continue;
      served = Math.min(switches[lowerBound(switches, time)] ?? end, unflagged[upperBound(unflagged, time)] ?? end);
      if (served - time >= MIN_SECTION_NS && !timeline.blindSpots.between(cpu, time, served)) sections.push([time, served]);
    }
    return sections;
  });
}

/** Sorted times of the entries that `fits`, by CPU, of the CPUs that `wants`. */
function entryTimes(
  { trace }: Timeline,
  events: readonly string[],
  fits: (flags: number, tid: number, count: number) => boolean,
  wants: (cpu: number) => boolean,
): Float64Array[] {
  const times = Array.from({ length: trace.machine.cpus }, (_, cpu): number[] | undefined => (wants(cpu) ? [] : undefined));
  for (const name of events) {
    const table = trace.tables.get(name);
    if (table === undefined) continue;
    const { length, time, cpu, flags, tid, preemptCount } = table;
    for (let row = 0; row < length; row++) {
      const own = times[cpu[row] as number];
      if (own !== undefined && fits(flags[row] as number, tid[row] as number, preemptCount[row] as number)) own.push(time[row] as number);
    }
  }
  return times.map((list) => Float64Array.from(list ?? []).sort());
}
