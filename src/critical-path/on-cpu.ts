/** What did a thread's time on a CPU, or in a run queue, go to? Splits one interval of one thread on one CPU. */
import { upperBound } from "../base/index.ts";
import { CONTEXT, hasSlices, slicesIn, STATE, type ReclaimKind, type Timeline } from "../timeline/index.ts";
import { IDLE_THREAD, type ThreadIndex } from "../trace/index.ts";
import type { PathClass, SegmentCulprit } from "./segment.ts";
import { without } from "./without.ts";

export type EmitPart = (begin: number, end: number, kind: PathClass, culprit: SegmentCulprit) => void;

/** Calls `outside` for the parts of [begin, end) on this CPU that no interrupt owns, and emits those that one does. */
export function splitByInterrupts(
  timeline: Timeline,
  cpu: number,
  begin: number,
  end: number,
  emit: EmitPart,
  outside: (begin: number, end: number) => void,
): void {
  const pieces = timeline.interrupts[cpu];
  let at = begin;
  if (pieces !== undefined) {
    for (let row = upperBound(pieces.end, begin); row < pieces.start.length && (pieces.start[row] as number) < end; row++) {
      const from = Math.max(begin, pieces.start[row] as number);
      const to = Math.min(end, pieces.end[row] as number);
      if (from > at) outside(at, from);
      const kind = pieces.context[row] === CONTEXT.hardirq ? "hardirq" : "softirq";
      emit(from, to, kind, { kind, fn: timeline.trace.strings.get(pieces.name[row] as number) });
      at = to;
    }
  }
  if (end > at) outside(at, end);
}

/** Running, net: interrupts are cut out, direct reclaim and compaction are their own class. */
export function splitRunning(timeline: Timeline, thread: ThreadIndex, cpu: number, begin: number, end: number, emit: EmitPart): void {
  splitByInterrupts(timeline, cpu, begin, end, emit, (from, to) => {
    let at = from;
    for (const part of reclaimIn(timeline, thread, from, to)) {
      if (part.begin > at) splitByReads(timeline, thread, at, part.begin, emit);
      emit(part.begin, part.end, "reclaim", { kind: "thread", thread, fn: RECLAIM_FUNCTIONS[part.kind] });
      at = part.end;
    }
    if (to > at) splitByReads(timeline, thread, at, to, emit);
  });
}

/** Names the running time that went into file data which storage had to bring. */
export const PAGE_CACHE_WORK = { read: "filemap_read", fault: "filemap_fault" } as const;

export const isPageCacheWork = (fn: string | undefined): boolean => fn === PAGE_CACHE_WORK.read || fn === PAGE_CACHE_WORK.fault;

function splitByReads(timeline: Timeline, thread: ThreadIndex, begin: number, end: number, emit: EmitPart): void {
  let at = begin;
  for (const work of timeline.pageCacheReads.within(thread, begin, end)) {
    if (work.begin > at) emitWork(timeline, thread, at, work.begin, emit);
    emit(work.begin, work.end, "running", { kind: "thread", thread, fn: PAGE_CACHE_WORK[work.during] });
    at = work.end;
  }
  if (end > at) emitWork(timeline, thread, at, end, emit);
}

/** A kernel worker is named with each function it executes. */
function emitWork(timeline: Timeline, thread: ThreadIndex, begin: number, end: number, emit: EmitPart): void {
  let at = begin;
  for (const item of timeline.workItems.within(thread, begin, end)) {
    if (item.begin > at) emit(at, item.begin, "running", { kind: "thread", thread });
    if (item.end > at)
      emit(Math.max(at, item.begin), item.end, "running", item.fn === undefined ? { kind: "thread", thread } : { kind: "thread", thread, fn: item.fn });
    at = Math.max(at, item.end);
  }
  if (end > at) emit(at, end, "running", { kind: "thread", thread });
}

/** Reclaim of a thread inside [begin, end), sorted, disjoint; of nested kinds the inner one counts: compaction inside direct reclaim is compaction. */
export interface ReclaimPart {
  readonly begin: number;
  readonly end: number;
  readonly kind: ReclaimKind;
}

const INNERMOST_FIRST: readonly ReclaimKind[] = ["compaction", "memcg", "direct"];

const NO_PARTS: readonly ReclaimPart[] = [];

export function reclaimIn(timeline: Timeline, thread: ThreadIndex, begin: number, end: number): readonly ReclaimPart[] {
  if (!INNERMOST_FIRST.some((kind) => hasSlices(timeline.reclaim[kind], thread))) return NO_PARTS;
  const parts: ReclaimPart[] = [];
  for (const kind of INNERMOST_FIRST) {
    const slices = timeline.reclaim[kind];
    if (!hasSlices(slices, thread)) continue;
    const { from, to } = slicesIn(slices, thread, begin, end);
    for (let row = from; row < to; row++) {
      for (const [a, b] of without(Math.max(begin, slices.start[row] as number), Math.min(end, slices.end[row] as number), parts))
        parts.push({ begin: a, end: b, kind });
    }
  }
  return parts.sort((a, b) => a.begin - b.begin);
}

/** The kernel function that does each kind of reclaim, as the account names it. */
export const RECLAIM_FUNCTIONS: Readonly<Record<ReclaimKind, string>> = {
  direct: "try_to_free_pages",
  memcg: "try_to_free_mem_cgroup_pages",
  compaction: "try_to_compact_pages",
};

/**
 * A runnable thread on an idle CPU is on its way (IPI, idle exit: microseconds) unless the scheduler may not run it. From
 * 1 ms on it is not on its way: C6 exits take up to 0.25 ms (gVisor PR 14526); the rest is a margin.
 */
export const MAX_IDLE_EXIT_NS = 1_000_000;
/** A throttled thread runs again right after the period timer refilled its group. Chosen, not measured. */
const REFILL_WINDOW_NS = 2_000_000;

/** A group that has used this part of its quota when it leaves the CPU left because of it: slices of 5 ms per CPU blur the rest. */
const QUOTA_USED = 0.8;

export interface RunnableContext {
  /** processes of the service: its threads fight among themselves, whichever process they are of */
  readonly service: ReadonlySet<number>;
  /** processes whose cgroup was throttled while tracing; the value is the quota per period, ns, when known */
  readonly throttledProcesses: ReadonlyMap<number, number | undefined>;
  /** times at which a CFS bandwidth period timer fired, sorted */
  readonly periodTimers: readonly number[];
  /** by CPU: when it could not take its timer interrupt, or did not serve a need-resched */
  readonly sections: readonly CpuSections[];
}

/** A section that events alone show. It began somewhere from `begin` to `latestBegin`. */
export interface SectionMark {
  readonly begin: number;
  readonly latestBegin: number;
  readonly end: number;
  readonly section: "irqs-off" | "preempt-off";
}

/** One CPU's sections by their begin; `until[i]` is the latest end of the first i + 1. */
export interface CpuSections {
  readonly marks: readonly SectionMark[];
  readonly until: Float64Array;
}

/**
 * Until when was a runnable thread held off by its group's quota (row bounds, not clipped)? `begin` when it was not.
 * Shown by a CPU that idles although the thread is runnable, or by a group that had used up its quota since the last
 * refill: then the thread was held off to the next refill, whoever had the CPU meanwhile.
 */
export function throttledUntil(timeline: Timeline, context: RunnableContext, thread: ThreadIndex, cpu: number, begin: number, end: number): number {
  if (end - begin < MAX_IDLE_EXIT_NS) return begin;
  const timers = context.periodTimers;
  const { pid } = timeline.trace.threads.row(thread);
  const limited = context.throttledProcesses.has(pid);
  const refill = upperBound(timers, end) - 1;
  const refilled = refill >= 0 && end - (timers[refill] as number) < REFILL_WINDOW_NS && (timers[refill] as number) > begin;
  let idle = 0;
  for (const part of timeline.occupancy.within(cpu, begin, end)) if (part.thread === IDLE_THREAD) idle = Math.max(idle, part.end - part.begin);
  if (idle >= MAX_IDLE_EXIT_NS) return limited || refilled ? end : begin;
  const quota = context.throttledProcesses.get(pid);
  const next = upperBound(timers, begin);
  if (quota === undefined || next === timers.length || (timers[next] as number) >= end) return limited && refilled ? end : begin;
  const used = ranSince(timeline, pid, next === 0 ? timeline.trace.begin : (timers[next - 1] as number), begin);
  return used >= quota * QUOTA_USED ? (timers[next] as number) : begin;
}

/** On-CPU time of all threads of a process in [from, to). */
function ranSince(timeline: Timeline, pid: number, from: number, to: number): number {
  const { states, trace } = timeline;
  let ran = 0;
  for (const thread of trace.threads.ofProcess(pid)) {
    const rows = states.of(thread);
    for (let row = upperBound(rows.end, from); row < rows.length && (rows.start[row] as number) < to; row++) {
      if (rows.state[row] === STATE.running) ran += Math.min(to, rows.end[row] as number) - Math.max(from, rows.start[row] as number);
    }
  }
  return ran;
}

/** Runnable on one CPU: each part goes to whoever had it. */
export function splitRunnable(
  timeline: Timeline,
  context: RunnableContext,
  thread: ThreadIndex,
  cpu: number,
  begin: number,
  end: number,
  emit: EmitPart,
): void {
  const threads = timeline.trace.threads;
  const pid = threads.row(thread).pid;
  let at = begin;
  for (const part of timeline.occupancy.within(cpu, begin, end)) {
    if (part.begin > at) emit(at, part.begin, "unknown", { kind: "none" });
    splitByInterrupts(timeline, cpu, part.begin, part.end, emit, (from, to) => {
      const occupant = part.thread;
      if (occupant === thread || occupant < 0) emit(from, to, "unknown", { kind: "none" });
      else if (occupant === IDLE_THREAD) emit(from, to, "runnable", { kind: "idle-exit" });
      else {
        const row = threads.row(occupant);
        const isOwn = pid >= 0 && (row.pid === pid || (context.service.has(pid) && context.service.has(row.pid)));
        const kind = row.isKernel ? "kernel-thread" : isOwn ? "self" : "rival";
        const fn = row.isKernel ? timeline.workItems.mainIn(occupant, from, to)?.fn : undefined;
        splitBySections(context, cpu, from, to, (a, b, section) =>
          emit(a, b, "runnable", fn === undefined ? { kind: section ?? kind, thread: occupant } : { kind: section ?? kind, thread: occupant, fn }),
        );
      }
    });
    at = part.end;
  }
  if (end > at) emit(at, end, "unknown", { kind: "none" });
}

/** Marks the parts in which the CPU could not take its timer interrupt (irqs-off) or did not serve a need-resched (preempt-off). */
function splitBySections(
  context: RunnableContext,
  cpu: number,
  begin: number,
  end: number,
  emit: (begin: number, end: number, section: "irqs-off" | "preempt-off" | undefined) => void,
): void {
  let at = begin;
  const sections = context.sections[cpu];
  for (let index = sections === undefined ? 0 : upperBound(sections.until, begin); ; index++) {
    const mark = sections?.marks[index];
    if (mark === undefined || mark.begin >= end) break;
    const from = Math.max(at, mark.begin);
    const to = Math.min(end, mark.end);
    if (to <= from) continue;
    if (from > at) emit(at, from, undefined);
    emit(from, to, mark.section);
    at = to;
  }
  if (end > at) emit(at, end, undefined);
}
