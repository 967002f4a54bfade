/**
 * Cause: the service waited for another service.
 * Signature: the path leads through a process that is neither the service nor the client, reached by a network wait of
 * the service; or the service waited for a packet of another machine.
 * Not this rule: a process that merely held the CPU (cpu-rival), or one that reads the service's log (log-backpressure).
 * Sources: Trace Compass, packet edges of the execution graph.
 */
import { defineRule, needs } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { ownerOf, servicePid } from "../who.ts";

export const upstreamDependency = defineRule({
  id: "upstream-dependency",
  group: "waiting",
  nature: "outside",
  needs: needs(["irq:softirq_raise", "irq:softirq_entry", "irq:softirq_exit"]),
  doc: {
    signature: "The request's time went to a process that the service waited for over the network, or to another machine.",
    notThis: "A process that merely held the CPU (cpu-rival).",
    sources: ["Trace Compass: execution graph"],
    remedies: ["find-upstream"],
  },
  claims(segment, { run }) {
    const asked = segment.via.some((wait) => wait.class === "blocked-network" && ownerOf(run, wait.thread) === "service");
    if (!asked || segment.class === "runnable") return false;
    return segment.culprit.kind === "network" || (run.targets.size > 0 && ownerOf(run, segment.thread) === "other");
  },
  conclude(claimed, { run }) {
    const local = claimed.find((segment) => segment.culprit.kind !== "network");
    return {
      witness: undefined,
      facts: local === undefined ? { where: "another machine" } : { where: "this machine", process: run.timeline.trace.threads.row(local.thread).comm },
      remedies: [advise("find-upstream", { pid: servicePid(run) })],
    };
  },
});
