/**
 * Cause: the service's cgroup used up its CPU quota and was throttled.
 * Signature: runnable segments on a CPU that idles (or whose wait ends with the group's period timer). Second witness:
 * nr_throttled of the cgroup rises during the request.
 * Not this rule: an idle CPU for less than 1 ms (idle exit, IPI).
 * Sources: Documentation/scheduler/sched-bwc.rst; kserve 1031; measured on 6.18 with cgroup v1 (throttled threads leave the CPU as R).
 */
import { defineRule, needs } from "../define-rule.ts";
import { raiseQuota } from "../remedies.ts";

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
  },
  claims: (segment) => segment.class === "runnable" && segment.culprit.kind === "throttled",
  conclude(_claimed, { counters }) {
    const groups = counters?.cgroups ?? [];
    const group = groups.filter((candidate) => candidate.throttled > 0).sort((a, b) => b.throttledNs - a.throttledNs)[0];
    return {
      witness: counters === undefined || groups.length === 0 ? undefined : group !== undefined,
      facts:
        group === undefined
          ? {}
          : {
              cgroup: group.path,
              throttledPeriods: group.throttled,
              throttledNs: group.throttledNs,
              ...(group.quota === undefined ? {} : { quotaUs: group.quota.quotaUs, periodUs: group.quota.periodUs }),
            },
      remedies: group?.quota === undefined ? [] : [raiseQuota(group.version, group.path, group.quota.quotaUs, group.quota.periodUs)],
    };
  },
});
