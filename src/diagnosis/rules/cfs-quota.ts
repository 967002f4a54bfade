/**
 * Cause: the service's cgroup used up its CPU quota and was throttled.
 * Signature: runnable segments on a CPU that idles (or whose wait ends with the group's period timer). Second witness:
 * nr_throttled of the cgroup rises during the request.
 * Not this rule: an idle CPU for less than 1 ms (idle exit, IPI).
 * Sources: Documentation/scheduler/sched-bwc.rst; kserve 1031; measured on 6.18 with cgroup v1 (throttled threads leave the CPU as R).
 */
import { upperBound } from "../../base/index.ts";
import type { Run } from "../../facts/index.ts";
import { STATE } from "../../timeline/index.ts";
import { defineRule, needs } from "../define-rule.ts";
import { advise } from "../remedies.ts";

export const cfsQuota = defineRule({
  id: "cfs-quota",
  group: "cpu",
  nature: "outside",
  needs: needs([]),
  optional: { wide: ["timer:hrtimer_expire_entry", "timer:hrtimer_expire_exit"], deep: [], stacks: false },
  doc: {
    signature: "A thread of the request was ready to run, its CPU was idle, and it ran again when its cgroup's period began anew.",
    notThis: "A CPU that wakes from idle, which takes microseconds (idle-exit).",
    sources: ["Documentation/scheduler/sched-bwc.rst", "kserve#1031"],
    remedies: ["raise-quota", "raise-quota-v1", "limit-threads"],
  },
  claims: (segment) => segment.class === "runnable" && segment.culprit.kind === "throttled",
  conclude(_claimed, { run, request, counters }) {
    const threads = busyThreads(run, request.window.begin, request.window.end);
    const groups = (counters?.cgroups ?? []).filter(({ throttled }) => throttled !== undefined);
    const group = groups.filter((candidate) => (candidate.throttled ?? 0) > 0).sort((a, b) => b.throttledNs - a.throttledNs)[0];
    return {
      witness: counters === undefined || groups.length === 0 ? undefined : group !== undefined,
      facts:
        group === undefined
          ? {}
          : {
              cgroup: group.path,
              throttledPeriods: group.throttled ?? 0,
              throttledNs: group.throttledNs,
              busyThreads: threads,
              ...(group.quota === undefined ? {} : { quotaUs: group.quota.quotaUs, periodUs: group.quota.periodUs }),
            },
      remedies:
        group?.quota === undefined
          ? []
          : [
              advise(group.version === 1 ? "raise-quota-v1" : "raise-quota", {
                group: group.path,
                quota: group.quota.quotaUs,
                doubled: group.quota.quotaUs * 2,
                period: group.quota.periodUs,
              }),
              // more threads than the quota has CPUs only use it up sooner
              ...(threads > Math.max(1, group.quota.quotaUs / group.quota.periodUs)
                ? [advise("limit-threads", { threads: Math.max(1, Math.floor(group.quota.quotaUs / group.quota.periodUs)), pid: group.pids[0] ?? 0 })]
                : []),
            ],
    };
  },
});

/** Threads of the service that had a CPU in [begin, end). */
function busyThreads({ timeline, targets }: Run, begin: number, end: number): number {
  let busy = 0;
  for (const pid of targets) {
    for (const thread of timeline.trace.threads.ofProcess(pid)) {
      const rows = timeline.states.of(thread);
      for (let row = upperBound(rows.end, begin); row < rows.length && (rows.start[row] as number) < end; row++) {
        if (rows.state[row] !== STATE.running) continue;
        busy++;
        break;
      }
    }
  }
  return busy;
}
