/**
 * Cause: CPUs were slow to come out of idle, many times over.
 * Signature: runnable time on a CPU on which the idle task still was, at most 1 ms a time; requests with thousands of wakes add it up.
 * Not this rule: an idle CPU for longer than 1 ms, which is a throttled group (cfs-quota) or a hypervisor (vcpu-steal).
 * Threshold: 1 ms, see src/critical-path/on-cpu.ts: C6 exits take up to 0.25 ms. cpu_idle is not recorded: it would double the
 * events of an idle machine, and the wait itself is seen without it.
 * Sources: gVisor PR 14526 (C6, 150 to 230 us a wake); Documentation/admin-guide/pm/cpuidle.rst.
 */
import { MAX_IDLE_EXIT_NS } from "../../critical-path/index.ts";
import { defineRule, durationOf, needs } from "../define-rule.ts";
import { advise } from "../remedies.ts";

export const idleExit = defineRule({
  id: "idle-exit",
  group: "hardware",
  nature: "outside",
  needs: needs([]),
  classes: ["runnable"],
  doc: {
    signature: "Threads of the request had been woken, and their CPUs were still idle.",
    notThis: "An idle CPU for longer than 1 ms: a used-up quota (cfs-quota) or a hypervisor (vcpu-steal).",
    sources: ["Documentation/admin-guide/pm/cpuidle.rst", "gVisor#14526"],
    remedies: ["shallow-idle"],
  },
  claims: (segment) => segment.culprit.kind === "idle-exit" && segment.end - segment.begin <= MAX_IDLE_EXIT_NS,
  conclude(claimed) {
    const lengths = claimed.map(({ begin, end }) => end - begin).sort((a, b) => a - b);
    return {
      witness: undefined,
      facts: { wakes: claimed.length, meanNs: Math.round(durationOf(claimed) / Math.max(1, claimed.length)), longestNs: lengths.at(-1) ?? 0 },
      remedies: [advise("shallow-idle")],
    };
  },
});
