/**
 * Cause: a CPU would not let go of its task although it was asked to reschedule, while a thread of the request waited there.
 * Signature: events of that CPU carry need-resched for at least 1 ms before the switch comes.
 * Not this rule: a rival within its time slice: nobody has asked it to leave (cpu-rival).
 * Sources: Documentation/trace/ftrace.rst (preemptoff); the 1 ms: src/critical-path/runnable-context.ts.
 */
import { defineRule, needs } from "../define-rule.ts";
import { sectionOf } from "../section.ts";

export const preemptOff = defineRule({
  id: "preempt-off",
  group: "kernel-section",
  nature: "outside",
  needs: needs([]),
  optional: { wide: ["irq_vectors:local_timer_entry", "irq_vectors:local_timer_exit", "timer:hrtimer_expire_entry"], deep: [], stacks: false },
  doc: {
    signature: "The CPU was asked to reschedule (need-resched in the events' flags) and did not for at least 1 ms.",
    notThis: "A rival within its time slice: nobody has asked it to leave (cpu-rival).",
    sources: ["Documentation/trace/ftrace.rst: preemptoff"],
    remedies: ["move-service"],
  },
  claims: (segment) => segment.class === "runnable" && segment.culprit.kind === "preempt-off",
  classes: ["runnable"],
  conclude: sectionOf,
});
