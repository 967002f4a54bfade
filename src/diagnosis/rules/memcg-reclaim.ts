/**
 * Cause: the memory limit of the service's cgroup was reached, and a thread on the path had to free memory of the group.
 * Signature: time inside mm_vmscan_memcg_reclaim begin..end, or waits that the limit imposes (memory.high). Second
 * witness: memory.events high or max (v2), memory.failcnt (v1) of a group of the service rises.
 * Not this rule: reclaim for the whole machine (direct-reclaim).
 * Sources: Documentation/admin-guide/cgroup-v2.rst (memory.high); opensource-server 431 (memory.max hit 3 889 times).
 */
import { RECLAIM_FUNCTIONS } from "../../critical-path/index.ts";
import { defineRule, needs } from "../define-rule.ts";
import { raiseMemoryLimit } from "../who.ts";

export const memcgReclaim = defineRule({
  id: "memcg-reclaim",
  group: "memory",
  nature: "outside",
  needs: needs([], ["vmscan:mm_vmscan_memcg_reclaim_begin", "vmscan:mm_vmscan_memcg_reclaim_end"]),
  optional: { wide: [], deep: [], stacks: true },
  classes: ["reclaim"],
  doc: {
    signature: "A thread of the request freed memory because its cgroup had reached its memory limit.",
    notThis: "Memory that the whole machine was short of (direct-reclaim).",
    sources: ["Documentation/admin-guide/cgroup-v2.rst: memory.high, memory.max"],
    remedies: ["raise-memory-limit"],
  },
  claims: (segment) => segment.culprit.fn === RECLAIM_FUNCTIONS.memcg,
  conclude(claimed, { counters }) {
    const hits = (memory: Readonly<Record<string, number>>): number => (memory["high"] ?? 0) + (memory["max"] ?? 0) + (memory["failcnt"] ?? 0);
    const groups = (counters?.cgroups ?? []).filter(({ memory }) => Object.keys(memory).length > 0);
    const group = [...groups].sort((a, b) => hits(b.memory) - hits(a.memory)).find(({ memory }) => hits(memory) > 0);
    return {
      witness: groups.length === 0 ? undefined : group !== undefined,
      facts: { reclaims: claimed.length, ...(group === undefined ? {} : { cgroup: group.path, limitHits: hits(group.memory) }) },
      remedies: raiseMemoryLimit(group),
    };
  },
});
