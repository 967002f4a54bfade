/**
 * Cause: a real-time or deadline thread of another process held the CPU.
 * Signature: runnable segments whose occupant ran with kernel priority below 100 (sched_switch next_prio).
 * Not this rule: real-time kernel threads (migration, irq threads), which run for microseconds by design.
 * Sources: sched(7); Documentation/scheduler/sched-rt-group.rst.
 */
import { priorityAt } from "../../facts/index.ts";
import { defineRule, needs } from "../define-rule.ts";
import { advise, cpuLists } from "../remedies.ts";
import { mainCulprit, servicePid } from "../who.ts";
import { isRealTime } from "./cpu-rival.ts";

export const rtHog = defineRule({
  id: "rt-hog",
  group: "cpu",
  nature: "outside",
  needs: needs([]),
  doc: {
    signature: "A thread of the request was ready to run while a SCHED_FIFO, SCHED_RR or SCHED_DEADLINE thread was on its CPU.",
    notThis: "Ordinary threads, whatever their nice value (cpu-rival).",
    sources: ["sched(7)", "Documentation/scheduler/sched-rt-group.rst"],
    remedies: ["normal-policy", "move-rival"],
  },
  claims: (segment, context) => segment.class === "runnable" && isRealTime(segment, context),
  conclude(claimed, { run }) {
    const { thread, segment } = mainCulprit(claimed);
    const row = thread === undefined ? undefined : run.timeline.trace.threads.row(thread);
    const lists = cpuLists(run.timeline.trace.machine.cpus, segment?.cpu ?? 0);
    const priority = segment === undefined ? undefined : priorityAt(run.timeline, segment.cpu, segment.begin);
    // kernel priority 99 - rt_priority: that it is below 100 is the second witness, read from another field of the event
    return {
      witness: priority === undefined ? undefined : true,
      facts: { ...(priority === undefined ? {} : { rtPriority: 99 - priority }), ...(segment === undefined ? {} : { cpu: segment.cpu }) },
      remedies:
        row === undefined || segment === undefined
          ? []
          : [
              advise("normal-policy", { rival: row.tid, priority: 99 - (priority ?? 98) }),
              ...(lists.others === undefined
                ? []
                : [advise("move-rival", { rival: row.pid >= 0 ? row.pid : row.tid, others: lists.others, all: lists.all, pid: servicePid(run) })]),
            ],
    };
  },
});
