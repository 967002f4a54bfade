/**
 * Cause: hardware interrupts took the CPU from a thread on the path.
 * Signature: hardirq time (net) inside running or runnable time of the path; a threaded handler (irq/NN-name) on the CPU.
 * Not this rule: softirq work that an interrupt raised (softirq-load).
 * Sources: Irqbalance 122, haproxy 1194.
 */
import { defineRule, durationOf, needs } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { hasName, mainCulprit, moveService } from "../who.ts";

const THREADED = /^irq\/\d+-/;

export const hardirqLoad = defineRule({
  id: "hardirq-load",
  group: "kernel-section",
  nature: "outside",
  needs: needs(["irq:irq_handler_entry", "irq:irq_handler_exit"]),
  optional: {
    wide: [
      "irq_vectors:local_timer_entry",
      "irq_vectors:local_timer_exit",
      "irq_vectors:reschedule_entry",
      "irq_vectors:reschedule_exit",
      "irq_vectors:call_function_single_entry",
      "irq_vectors:call_function_single_exit",
    ],
    deep: [],
    stacks: false,
  },
  doc: {
    signature: "Interrupt handlers ran on the CPU that the request was using or waiting for.",
    notThis: "Softirq work (softirq-load).",
    sources: ["Irqbalance#122", "haproxy#1194"],
    remedies: ["irq-affinity", "move-service"],
  },
  claims: (segment, { run }) =>
    segment.class === "hardirq" || (segment.class === "runnable" && segment.culprit.kind === "kernel-thread" && hasName(run, segment.culprit.thread, THREADED)),
  conclude: (claimed, { run }) => ({
    witness: undefined,
    facts: { handlerNs: durationOf(claimed), handlers: claimed.length },
    remedies: [advise("irq-affinity"), ...moveService(run, mainCulprit(claimed).segment?.cpu ?? -1)],
  }),
});
