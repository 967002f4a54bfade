/**
 * Cause: the machine was short of memory, and a thread on the path had to free some itself before it got any.
 * Signature: time inside mm_vmscan_direct_reclaim begin..end. Second witness: memory pressure.
 * Not this rule: a cgroup at its limit (memcg-reclaim), compaction, kswapd holding the CPU (kswapd-reclaim).
 * Sources: Documentation/admin-guide/mm/concepts.rst; mm/vmscan.c.
 */
import { RECLAIM_FUNCTIONS } from "../../critical-path/index.ts";
import { defineRule, durationOf, needs } from "../define-rule.ts";
import { advise } from "../remedies.ts";

export const directReclaim = defineRule({
  id: "direct-reclaim",
  group: "memory",
  nature: "outside",
  needs: needs([], ["vmscan:mm_vmscan_direct_reclaim_begin", "vmscan:mm_vmscan_direct_reclaim_end"]),
  optional: {
    wide: [],
    deep: [],
    stacks: true,
  },
  doc: {
    signature: "A thread of the request freed memory before its allocation succeeded.",
    notThis: "A cgroup at its limit (memcg-reclaim); compaction; kswapd holding the CPU (kswapd-reclaim).",
    sources: ["mm/vmscan.c"],
    remedies: ["free-memory-earlier", "swap-size"],
  },
  classes: ["reclaim"],
  claims: (segment) => segment.culprit.fn === RECLAIM_FUNCTIONS.direct,
  conclude(claimed, { counters }) {
    const pressure = counters?.pressure["memory"]?.some;
    return {
      witness: pressure === undefined ? undefined : pressure * 1000 >= durationOf(claimed) / 2,
      facts: { reclaims: claimed.length },
      remedies: [advise("free-memory-earlier"), advise("swap-size")],
    };
  },
});
