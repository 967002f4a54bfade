/**
 * Cause: the service's own threads compete for too few CPUs (OMP, MKL, Rayon pools sized by the host's cores).
 * Signature: runnable segments whose occupant belongs to the same process as the thread that waits.
 * Not this rule: a group over its quota (cfs-quota), another process (cpu-rival).
 * Sources: ollama 17916, onyx PR 12351, text-embeddings-inference 170.
 */
import { defineRule, needs } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { servicePid } from "../who.ts";

export const cpuSelfContention = defineRule({
  id: "cpu-self-contention",
  group: "cpu",
  nature: "outside",
  needs: needs([]),
  doc: {
    signature: "A thread of the request was ready to run while another thread of the same process was on its CPU.",
    notThis: "Another process (cpu-rival); a process over its quota (cfs-quota).",
    sources: ["ollama#17916", "onyx#12351", "text-embeddings-inference#170"],
    remedies: ["limit-threads"],
  },
  claims: (segment) => segment.class === "runnable" && segment.culprit.kind === "self",
  conclude(claimed, { run, counters }) {
    const waited = counters?.waitNs === undefined ? undefined : [...counters.waitNs.values()].reduce((sum, ns) => sum + ns, 0);
    return {
      witness: waited === undefined ? undefined : waited > 0,
      facts: { threads: new Set(claimed.map((segment) => segment.culprit.thread)).size, cpus: run.timeline.trace.machine.cpus },
      remedies: [advise("limit-threads", { threads: run.timeline.trace.machine.cpus, pid: servicePid(run) })],
    };
  },
});
