/**
 * Cause: none of the kernel's: the service computed. Said so, with the share: a tool that always blames the kernel is worthless.
 * Signature: running segments (net) of the service's threads.
 * Not this rule: time in interrupts, reclaim or a run queue, which are classes of their own.
 */
import { defineRule, needs } from "../define-rule.ts";
import { ownerOf } from "../who.ts";

export const applicationCpu = defineRule({
  id: "application-cpu",
  group: "application",
  nature: "inside",
  needs: needs([]),
  doc: {
    signature: "Threads of the service were on a CPU, computing.",
    notThis: "Interrupts, memory reclaim and waiting for a CPU, which are told apart.",
    sources: ["Documentation/scheduler/sched-stats.rst"],
  },
  claims: (segment, { run }) => segment.class === "running" && ownerOf(run, segment.thread) === "service",
  conclude: (claimed) => ({ witness: undefined, facts: { threads: new Set(claimed.map((segment) => segment.thread)).size }, remedies: [] }),
});
