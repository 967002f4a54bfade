/**
 * Cause: softirq work (network receive, timers, block completion) took the CPU from a thread on the path.
 * Signature: softirq time (net) inside running or runnable time of the path.
 * Not this rule: ksoftirqd as an ordinary occupant of the CPU (cpu-rival names it).
 * Sources: KDAB hotspot 717; Documentation/networking/scaling.rst.
 */
import { defineRule, durationOf, needs } from "../define-rule.ts";
import { spreadInterrupts } from "../remedies.ts";

export const softirqLoad = defineRule({
  id: "softirq-load",
  group: "kernel-section",
  nature: "outside",
  needs: needs(["irq:softirq_entry", "irq:softirq_exit"]),
  doc: {
    signature: "Softirqs ran on the CPU that the request was using or waiting for.",
    notThis: "A ksoftirqd thread in the run queue (cpu-rival).",
    sources: ["hotspot#717", "Documentation/networking/scaling.rst"],
  },
  claims: (segment) => segment.class === "softirq",
  conclude: (claimed) => ({
    witness: undefined,
    facts: { softirqNs: durationOf(claimed), vector: claimed[0]?.culprit.fn ?? "" },
    remedies: [spreadInterrupts()],
  }),
});
