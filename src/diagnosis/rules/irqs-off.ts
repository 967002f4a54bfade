/**
 * Cause: a CPU took no interrupts while a thread of the request was ready to run there.
 * Signature, from events alone: a timer of that CPU fired late (hrtimer now - expires), and the thread waited meanwhile.
 * Not this rule: the request's own work with interrupts off, which is its own running time.
 * Sources: Documentation/trace/ftrace.rst (irqsoff); lateness: src/timeline/timers.ts.
 */
import { defineRule, needs } from "../define-rule.ts";
import { sectionOf } from "../section.ts";

export const irqsOff = defineRule({
  id: "irqs-off",
  group: "kernel-section",
  nature: "outside",
  needs: needs(["timer:hrtimer_start", "timer:hrtimer_expire_entry"]),
  doc: {
    signature: "A timer of the CPU the request waited for fired late: that long no interrupt was taken there.",
    notThis: "A CPU that is merely busy: its timer interrupt still comes on time (cpu-rival).",
    sources: ["Documentation/trace/ftrace.rst: irqsoff"],
    remedies: ["move-service"],
  },
  claims: (segment) => segment.class === "runnable" && segment.culprit.kind === "irqs-off",
  classes: ["runnable"],
  conclude: sectionOf,
});
