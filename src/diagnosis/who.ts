/** Whose thread is it: the service's, the client's, the kernel's, or somebody else's? */
import type { CounterDeltas, Run } from "../facts/index.ts";
import type { Segment } from "../critical-path/index.ts";
import type { ThreadIndex } from "../trace/index.ts";
import type { RemedyAdvice } from "../result/index.ts";
import { advise, cpuLists } from "./remedies.ts";

export type Owner = "service" | "client" | "kernel" | "other" | "unknown";

/** Without known targets (a foreign recording) everything that is neither client nor kernel counts as the service. */
export function ownerOf(run: Run, thread: ThreadIndex | undefined): Owner {
  if (thread === undefined || thread < 0) return "unknown";
  const row = run.timeline.trace.threads.row(thread);
  if (row.isKernel) return "kernel";
  if (run.clients.has(row.pid)) return "client";
  if (run.targets.size === 0 || run.targets.has(row.pid)) return "service";
  return "other";
}

/** The thread that ended wait `index` of a segment: the next waiter down, or the segment's own thread. */
export const wakerOfWait = (segment: Segment, index: number): ThreadIndex => segment.via[index + 1]?.thread ?? segment.thread;

/** The culprit thread that most of the claimed time goes to. */
export function mainCulprit(segments: readonly Segment[]): { thread: ThreadIndex | undefined; segment: Segment | undefined; ns: number } {
  const byThread = new Map<ThreadIndex | undefined, { ns: number; longest: Segment }>();
  for (const segment of segments) {
    const length = segment.end - segment.begin;
    const entry = byThread.get(segment.culprit.thread);
    if (entry === undefined) byThread.set(segment.culprit.thread, { ns: length, longest: segment });
    else {
      entry.ns += length;
      if (length > entry.longest.end - entry.longest.begin) entry.longest = segment;
    }
  }
  let best: { thread: ThreadIndex | undefined; segment: Segment | undefined; ns: number } = { thread: undefined, segment: undefined, ns: 0 };
  for (const [thread, { ns, longest }] of byThread) if (ns > best.ns) best = { thread, segment: longest, ns };
  return best;
}

export const hasName = (run: Run, thread: ThreadIndex | undefined, pattern: RegExp): boolean =>
  thread !== undefined && thread > 0 && pattern.test(run.timeline.trace.threads.row(thread).comm);

/** The first process of the service, for commands; 0 when the recording does not say. */
export const servicePid = ({ targets }: Run): number => targets.values().next().value ?? 0;

export const tidOf = (run: Run, thread: ThreadIndex): number => run.timeline.trace.threads.row(thread).tid;

/** On which CPUs may the service run, as noted at the begin of the capture? For the undo of what changes that. */
export const affinityOf = ({ settings, timeline }: Run, pid: number): string =>
  settings[`${pid}.cpus_allowed`] ?? (timeline.trace.machine.cpus > 1 ? `0-${timeline.trace.machine.cpus - 1}` : "0");

/** A remedy that takes the service off this CPU; none on a machine, or with an affinity, that has no other. */
export function moveService(run: Run, cpu: number): RemedyAdvice[] {
  const pid = servicePid(run);
  const { others } = cpuLists(run.timeline.trace.machine.cpus, cpu);
  return others === undefined || cpu < 0 ? [] : [advise("move-service", { pid, cpu, others, before: affinityOf(run, pid) })];
}

/** Raises the limit that was hit, where the group said what it is. */
export function raiseMemoryLimit(group: NonNullable<CounterDeltas>["cgroups"][number] | undefined): RemedyAdvice[] {
  if (group === undefined) return [];
  const hit =
    group.version === 1 ? "memory.limit_in_bytes" : (group.memory["max"] ?? 0) > 0 || (group.memory["oom_kill"] ?? 0) > 0 ? "memory.max" : "memory.high";
  const limit = group.limits[hit];
  return limit === undefined ? [] : [advise("raise-memory-limit", { group: group.path, file: hit, limit, doubled: limit * 2 })];
}

export function seeWhatItDoes(run: Run, thread: ThreadIndex): RemedyAdvice {
  const { tid, pid } = run.timeline.trace.threads.row(thread);
  return advise("see-what-it-does", { tid, pid: pid < 0 ? tid : pid });
}

/** comm is cut to 15 bytes */
export const JOURNALD = /^systemd-journal/;
