/**
 * Cause: a thread on the path was runnable, but a thread of another process held its CPU.
 * Signature: runnable segments whose occupant is a foreign user thread below real-time priority, or a kernel thread
 * that no more specific rule knows. Second witness: run-queue wait of the service's threads, or CPU pressure.
 * Not this rule: the service's own threads (cpu-self-contention), real-time threads (rt-hog), a throttled group (cfs-quota).
 * Sources: Documentation/scheduler/sched-stats.rst; SchedViz antagonists; reference case 1 of vLLM on DGX Spark.
 */
import { MAX_RT_PRIORITY, originOf, priorityAt } from "../../facts/index.ts";
import { defineRule, durationOf, needs, type RuleContext } from "../define-rule.ts";
import { advise, cpuLists } from "../remedies.ts";
import { mainCulprit, servicePid } from "../who.ts";
import type { Segment } from "../../critical-path/index.ts";

const RECLAIMER = /^(kswapd|kcompactd)/;

export const cpuRival = defineRule({
  id: "cpu-rival",
  group: "cpu",
  nature: "outside",
  needs: needs([]),
  optional: { wide: ["sched:sched_migrate_task"], deep: [], stacks: false },
  doc: {
    signature: "A thread of the request was ready to run while a thread of another process was on its CPU.",
    notThis: "Threads of the service itself (cpu-self-contention), real-time threads (rt-hog), a throttled group (cfs-quota).",
    sources: ["Documentation/scheduler/sched-design-CFS.rst", "SchedViz: antagonists"],
    remedies: ["move-rival", "renice-rival"],
  },
  claims: (segment, context) =>
    segment.class === "runnable" &&
    (segment.culprit.kind === "rival" || segment.culprit.kind === "kernel-thread") &&
    !isRealTime(segment, context) &&
    !isReclaimer(segment, context),
  conclude(claimed, context) {
    const { run, counters } = context;
    const { thread, segment } = mainCulprit(claimed);
    const row = thread === undefined ? undefined : run.timeline.trace.threads.row(thread);
    const priority = segment === undefined ? undefined : priorityAt(run.timeline, segment.cpu, segment.begin);
    const waited = counters?.waitNs === undefined ? undefined : [...counters.waitNs.values()].reduce((sum, ns) => sum + ns, 0);
    const pressure = counters?.pressure["cpu"]?.some;
    const cost = durationOf(claimed);
    const lists = cpuLists(run.timeline.trace.machine.cpus, segment?.cpu ?? 0);
    const rival = row === undefined ? 0 : row.pid >= 0 ? row.pid : row.tid;
    const origin = thread === undefined || segment === undefined ? undefined : originOf(run, thread, segment.begin, segment.end);
    return {
      // counters cover other threads than the path, and miss those that lived for this request only: they agree or say nothing
      witness: (waited !== undefined && waited >= cost / 2) || (pressure !== undefined && pressure * 1000 >= cost / 2) || undefined,
      facts: {
        ...(priority === undefined ? {} : { rivalNice: priority - 120 }),
        ...(segment === undefined ? {} : { cpu: segment.cpu }),
        ...(origin === undefined
          ? {}
          : { [origin.how === "forked" ? "rivalForkedBy" : origin.how === "queued" ? "rivalQueuedBy" : "rivalWokenBy"]: origin.by }),
        ...(waited === undefined ? {} : { runQueueWaitNs: waited }),
      },
      remedies:
        row === undefined || row.isKernel || segment === undefined
          ? []
          : [
              ...(lists.others === undefined ? [] : [advise("move-rival", { rival, others: lists.others, all: lists.all, pid: servicePid(run) })]),
              advise("renice-rival", { rival, nice: (priority ?? 120) - 120, pid: servicePid(run) }),
            ],
    };
  },
});

export function isRealTime(segment: Segment, { run }: RuleContext): boolean {
  const priority = priorityAt(run.timeline, segment.cpu, segment.begin);
  return segment.culprit.kind === "rival" && priority !== undefined && priority < MAX_RT_PRIORITY;
}

export function isReclaimer(segment: Segment, { run }: RuleContext): boolean {
  const thread = segment.culprit.thread;
  return segment.culprit.kind === "kernel-thread" && thread !== undefined && RECLAIMER.test(run.timeline.trace.threads.row(thread).comm);
}
