/**
 * Cause: hardware interrupts took the CPU from a thread on the path.
 * Signature: hardirq time (net) inside running or runnable time of the path.
 * Not this rule: softirq work that an interrupt raised (softirq-load).
 * Sources: Irqbalance 122, haproxy 1194.
 */
import { defineRule, durationOf, needs } from "../define-rule.ts";
import { spreadInterrupts } from "../remedies.ts";

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
  },
  claims: (segment) => segment.class === "hardirq",
  conclude: (claimed) => ({ witness: undefined, facts: { handlerNs: durationOf(claimed), handlers: claimed.length }, remedies: [spreadInterrupts()] }),
});
