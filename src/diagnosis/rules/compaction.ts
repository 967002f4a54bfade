/**
 * Cause: a thread on the path had to move pages together before it got a large piece of memory (huge pages, big buffers).
 * Signature: time inside mm_compaction_begin..end on a thread of the path. Second witness: compact_stall rises.
 * Not this rule: freeing pages (direct-reclaim); kcompactd holding the CPU (kswapd-reclaim).
 * Sources: Documentation/admin-guide/mm/transhuge.rst (defrag); juicefs PR 6147, scylladb 8828.
 */
import { RECLAIM_FUNCTIONS } from "../../critical-path/index.ts";
import { defineRule, needs } from "../define-rule.ts";
import { advise } from "../remedies.ts";

export const compaction = defineRule({
  id: "compaction",
  group: "memory",
  nature: "outside",
  needs: needs([], ["compaction:mm_compaction_begin", "compaction:mm_compaction_end"]),
  optional: { wide: [], deep: [], stacks: true },
  classes: ["reclaim"],
  doc: {
    signature: "A thread of the request compacted memory before its allocation succeeded.",
    notThis: "Freeing pages (direct-reclaim); kcompactd on the CPU (kswapd-reclaim).",
    sources: ["Documentation/admin-guide/mm/transhuge.rst", "scylladb#8828"],
    remedies: ["thp-defer"],
  },
  claims: (segment) => segment.culprit.fn === RECLAIM_FUNCTIONS.compaction,
  conclude(claimed, { run, counters }) {
    const stalls = counters?.vmstat["compact_stall"];
    const chosen = /\[([^\]]+)\]/.exec(run.settings["transparent_hugepage.defrag"] ?? "")?.[1];
    return {
      witness: stalls === undefined ? undefined : stalls > 0,
      facts: { compactions: claimed.length, ...(stalls === undefined ? {} : { compactStalls: stalls }), ...(chosen === undefined ? {} : { defrag: chosen }) },
      remedies: chosen === undefined || chosen === "never" ? [] : [advise("thp-defer", { defrag: chosen })],
    };
  },
});
