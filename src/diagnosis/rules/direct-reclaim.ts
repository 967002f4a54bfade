/**
 * Cause: a thread on the path had to free memory itself before it got some (direct reclaim or compaction).
 * Signature: time inside mm_vmscan_direct_reclaim or memcg reclaim or compaction begin..end. Second witness: allocstall, memory pressure.
 * Not this rule: kswapd holding the CPU (kswapd-reclaim).
 * Sources: Documentation/admin-guide/mm/concepts.rst; mm/vmscan.c.
 */
import { defineRule, durationOf, needs } from "../define-rule.ts";

export const directReclaim = defineRule({
  id: "direct-reclaim",
  group: "memory",
  nature: "outside",
  needs: needs([], ["vmscan:mm_vmscan_direct_reclaim_begin", "vmscan:mm_vmscan_direct_reclaim_end"]),
  optional: {
    wide: [],
    deep: ["vmscan:mm_vmscan_memcg_reclaim_begin", "vmscan:mm_vmscan_memcg_reclaim_end", "compaction:mm_compaction_begin", "compaction:mm_compaction_end"],
    stacks: true,
  },
  doc: {
    signature: "A thread of the request freed or compacted memory before its allocation succeeded.",
    notThis: "kswapd holding the CPU (kswapd-reclaim).",
    sources: ["mm/vmscan.c"],
  },
  claims: (segment) => segment.class === "reclaim",
  conclude(claimed, { counters }) {
    const pressure = counters?.pressure["memory"]?.some;
    return { witness: pressure === undefined ? undefined : pressure * 1000 >= durationOf(claimed) / 2, facts: { reclaims: claimed.length }, remedies: [] };
  },
});
