/**
 * Cause: a kernel worker had the CPU that a thread on the path was ready for, or the request waited for its work.
 * Signature: runnable segments whose occupant executes work items (a kworker); waits for work (flush_work and kin, by
 * stack, or woken from inside a work item) whose time went to the worker: behind other work, or in the work itself.
 * Not this rule: work that only reports what a disk had finished (block-io, cold-page-cache, fsync-journal); kswapd.
 * Sources: Documentation/core-api/workqueue.rst; journald's flush at the start of a service (2 s in a kworker).
 */
import type { Segment } from "../../critical-path/index.ts";
import { originOf } from "../../facts/index.ts";
import type { ThreadIndex } from "../../trace/index.ts";
import { defineRule, durationOf, needs, type RuleContext } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { hasName, mainCulprit, moveService } from "../who.ts";

const UNBOUND = /^kworker\/u/;
const STORAGE = new Set(["blocked-io", "blocked-fault", "reclaim"]);

export const kworkerDelay = defineRule({
  id: "kworker-delay",
  group: "kernel-section",
  nature: "outside",
  needs: needs(["workqueue:workqueue_queue_work", "workqueue:workqueue_execute_start", "workqueue:workqueue_execute_end"]),
  optional: { wide: [], deep: [], stacks: true },
  doc: {
    signature: "A kernel worker held the CPU, or the request waited for work that was queued to it.",
    notThis: "Work that only reports a disk's answer (block-io); the reclaim thread (kswapd-reclaim).",
    sources: ["Documentation/core-api/workqueue.rst"],
    remedies: ["workqueue-cpus", "move-service", "journald-volatile"],
  },
  claims: (segment, context) => heldByWorker(segment, context) || waitedForWork(segment, context),
  conclude(claimed, context) {
    const { run } = context;
    const { trace, workItems } = run.timeline;
    const { thread, segment } = mainCulprit(claimed);
    const item = thread === undefined || segment === undefined ? undefined : workItems.mainIn(thread, segment.begin, segment.end);
    const origin = thread === undefined || segment === undefined ? undefined : originOf(run, thread, segment.begin, segment.end);
    const [cpu, cpus] = [segment?.cpu ?? -1, trace.machine.cpus];
    const mask = (1n << BigInt(cpus)) - 1n;
    return {
      // queue and execution are events of their own, written by other code than the switch
      witness: item === undefined ? undefined : true,
      facts: {
        ...(item?.fn === undefined ? {} : { work: item.fn }),
        ...(origin === undefined ? {} : { queuedBy: origin.by }),
        ...(item?.queued === undefined ? {} : { waitedBeforeStartNs: item.start - item.queued.time }),
        workNs: durationOf(claimed),
      },
      remedies: [
        // a worker that belongs to a CPU stays there: then only the service can go
        ...(cpu < 0 || cpus < 2 || claimed.every(({ class: kind }) => kind !== "runnable")
          ? []
          : !hasName(run, thread, UNBOUND)
            ? moveService(run, cpu)
            : [advise("workqueue-cpus", { cpu, mask: (mask & ~(1n << BigInt(cpu))).toString(16), allMask: mask.toString(16) })]),
        ...(origin?.by.startsWith("systemd-journal") === true ? [advise("journald-volatile")] : []),
      ],
    };
  },
});

const isWorker = ({ run }: RuleContext, thread: ThreadIndex | undefined): boolean => {
  if (thread === undefined || thread <= 0) return false;
  const row = run.timeline.trace.threads.row(thread);
  return row.isKernel && (run.timeline.workItems.isWorker(thread) || row.comm.startsWith("kworker/"));
};

const heldByWorker = (segment: Segment, context: RuleContext): boolean =>
  segment.class === "runnable" && segment.culprit.kind === "kernel-thread" && isWorker(context, segment.culprit.thread);

function waitedForWork(segment: Segment, context: RuleContext): boolean {
  // what a worker reports of a disk is the disk's
  if (segment.class === "runnable" || STORAGE.has(segment.class) || segment.via.some((wait) => STORAGE.has(wait.class))) return false;
  return segment.culprit.kind === "work" || (segment.via.length > 0 && isWorker(context, segment.thread));
}
