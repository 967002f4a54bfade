/**
 * Cause: the hypervisor ran something else on the CPU that the request was using.
 * Signature: the CPU's timers were overdue while a thread of the path ran or was ready there, or a woken thread stayed on
 * an idle CPU for more than 1 ms, and the steal counter of the machine grew by at least half of that. The counter decides:
 * in the events a stolen CPU looks like one with interrupts off.
 * Not this rule: overdue timers without stolen time (irqs-off, hardware-noise).
 * Sources: proc(5) /proc/stat steal; kernel/sched/cputime.c. A tick is 10 ms (USER_HZ).
 */
import { MAX_IDLE_EXIT_NS, type Segment } from "../../critical-path/index.ts";
import { lateTimers } from "../../facts/index.ts";
import { defineRule, needs, type RuleContext } from "../define-rule.ts";
import { advise } from "../remedies.ts";

const TICK_NS = 10_000_000;

export const vcpuSteal = defineRule({
  id: "vcpu-steal",
  group: "hardware",
  nature: "outside",
  needs: needs(["timer:hrtimer_start", "timer:hrtimer_expire_entry"]),
  hardware: ["steal"],
  classes: ["running", "runnable"],
  doc: {
    signature: "Timers of the CPU were overdue while the request used it, and the machine counted stolen time.",
    notThis: "Overdue timers without stolen time: a section with interrupts off (irqs-off), firmware (hardware-noise).",
    sources: ["proc(5): steal"],
    remedies: ["watch-steal"],
  },
  claims: (segment, context) => wasStolen(context) && overdueShare(segment, context),
  conclude: (_claimed, context) => ({
    witness: true,
    facts: { stealTicks: context.counters?.stealTicks ?? 0, overdueNs: overdueNs(context) },
    remedies: [advise("watch-steal")],
  }),
});

/** The part of a segment in which its CPU was overdue, or was idle for too long. */
export function overdueShare(segment: Segment, { run }: RuleContext): number {
  const length = segment.end - segment.begin;
  const { kind } = segment.culprit;
  if (kind === "irqs-off" || (kind === "idle-exit" && length > MAX_IDLE_EXIT_NS)) return 1;
  return segment.class === "running" ? run.get(lateTimers).overdueIn(segment.cpu, segment.begin, segment.end) / length : 0;
}

const overdueNs = (context: RuleContext): number =>
  context.memo("vcpu-steal:overdue", () =>
    context.request.segments.reduce(
      (sum, segment) =>
        segment.class === "running" || segment.class === "runnable" ? sum + overdueShare(segment, context) * (segment.end - segment.begin) : sum,
      0,
    ),
  );

const wasStolen = (context: RuleContext): boolean => (context.counters?.stealTicks ?? 0) * TICK_NS * 2 >= Math.max(TICK_NS, overdueNs(context));
