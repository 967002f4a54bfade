/**
 * Cause: none of the kernel's: the service computed. Said so, with the share: a tool that always blames the kernel is worthless.
 * Signature: running segments (net) of the service's threads.
 * Not this rule: time in interrupts, reclaim or a run queue, which are classes of their own.
 * Threshold: against fast requests it is named from twice their computing on; undisturbed requests of the demo service
 * took up to 1.8 times as long on a shared 2-CPU virtual machine (docs/variability.md).
 */
import { defineRule, needs } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { ownerOf, servicePid } from "../who.ts";

export const applicationCpu = defineRule({
  id: "application-cpu",
  group: "application",
  nature: "inside",
  needs: needs([]),
  thresholds: { minRatio: 2 },
  doc: {
    signature: "Threads of the service were on a CPU, computing.",
    notThis: "Interrupts, memory reclaim and waiting for a CPU, which are told apart.",
    sources: ["Documentation/scheduler/sched-stats.rst"],
    remedies: ["profile-service"],
  },
  claims: (segment, { run }) => segment.class === "running" && ownerOf(run, segment.thread) === "service",
  conclude: (claimed, { run }) => ({
    witness: undefined,
    facts: { threads: new Set(claimed.map((segment) => segment.thread)).size },
    remedies: [advise("profile-service", { pid: servicePid(run) })],
  }),
});
