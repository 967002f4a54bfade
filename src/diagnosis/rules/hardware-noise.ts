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
import { callsIn } from "../calls.ts";
import { advise, cpuLists } from "../remedies.ts";

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
  claims: (segment, context) => (context.counters?.stealTicks ?? 0) === 0 && overdueInUserMode(segment, context) / (segment.end - segment.begin),
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

/** ns in which a timer of the CPU was overdue and the thread, whose system calls are recorded, was in none. */
function overdueInUserMode(segment: Segment, { run }: RuleContext): number {
  const { thread, cpu, begin, end } = segment;
  const { first } = run.timeline.syscalls.slices;
  if (thread <= 0 || run.timeline.trace.threads.row(thread).isKernel || first[thread] === first[thread + 1]) return 0;
  const late = run.get(lateTimers);
  const overdue = late.overdueIn(cpu, begin, end);
  if (overdue === 0) return 0;
  return overdue - callsIn(run, thread, begin, end, () => true).reduce((sum, [from, to]) => sum + late.overdueIn(cpu, from, to), 0);
}
