/**
 * Cause: firmware or hardware (a system management interrupt, a paused virtual machine) took the CPU.
 * Signature: timers of the CPU were overdue while a thread of the path ran there in user mode, where it cannot switch
 * interrupts off, and no time was stolen. How many other CPUs were overdue at the same time is a fact: a management
 * interrupt stops them all.
 * Not this rule: stolen time (vcpu-steal); overdue timers while the kernel ran (irqs-off).
 * Sources: Documentation/trace/hwlat_detector.rst; src/timeline/timers.ts for the least lateness (0.5 ms).
 */
import { defineRule, needs, type RuleContext } from "../define-rule.ts";
import type { Segment } from "../../critical-path/index.ts";
import { lateTimers } from "../../facts/index.ts";
import { advise, cpuLists } from "../remedies.ts";
import { overdueShare } from "./vcpu-steal.ts";

export const hardwareNoise = defineRule({
  id: "hardware-noise",
  group: "hardware",
  nature: "outside",
  // without system calls nobody knows when a thread was in user mode
  needs: needs(["timer:hrtimer_start", "timer:hrtimer_expire_entry"], ["raw_syscalls:sys_enter", "raw_syscalls:sys_exit"]),
  classes: ["running"],
  doc: {
    signature: "Timers of the CPU were overdue while the request computed in user mode, and no time was stolen.",
    notThis: "Stolen time (vcpu-steal); overdue timers while the kernel ran (irqs-off).",
    sources: ["Documentation/trace/hwlat_detector.rst"],
    remedies: ["measure-noise"],
  },
  claims: (segment, context) => (context.counters?.stealTicks ?? 0) === 0 && isUserMode(segment, context) && overdueShare(segment, context),
  conclude(claimed, { run }) {
    const { cpus } = run.timeline.trace.machine;
    const [longest] = [...claimed].sort((a, b) => b.end - b.begin - (a.end - a.begin));
    let others = 0;
    for (let cpu = 0; longest !== undefined && cpu < cpus; cpu++) {
      if (cpu !== longest.cpu && run.get(lateTimers).overdueIn(cpu, longest.begin, longest.end) > 0) others++;
    }
    return { witness: others > 0 || undefined, facts: { otherCpusOverdue: others }, remedies: [advise("measure-noise", { all: cpuLists(cpus, 0).all })] };
  },
});

/** Its threads' system calls are recorded, and it was in none at either end. */
function isUserMode(segment: Segment, { run }: RuleContext): boolean {
  const { syscalls, trace } = run.timeline;
  const { first } = syscalls.slices;
  if (segment.thread <= 0 || trace.threads.row(segment.thread).isKernel || first[segment.thread] === first[segment.thread + 1]) return false;
  return syscalls.at(segment.thread, segment.begin) === undefined && syscalls.at(segment.thread, segment.end - 1) === undefined;
}
