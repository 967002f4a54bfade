/**
 * Cause: the kernel's reclaim thread held the CPU a thread on the path was ready for.
 * Signature: runnable segments whose occupant is kswapdN or kcompactdN. Second witness: pgsteal_kswapd rises.
 * Not this rule: reclaim by the request's own threads (direct-reclaim).
 * Sources: Documentation/admin-guide/mm/concepts.rst; index-tts reports of kswapd0 in sched_switch.
 */
import { defineRule, needs } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { isReclaimer } from "./cpu-rival.ts";

export const kswapdReclaim = defineRule({
  id: "kswapd-reclaim",
  group: "memory",
  nature: "outside",
  needs: needs([]),
  doc: {
    signature: "A thread of the request was ready to run while kswapd or kcompactd was on its CPU.",
    notThis: "Reclaim done by the request's own threads (direct-reclaim).",
    sources: ["Documentation/admin-guide/mm/concepts.rst"],
    remedies: ["free-memory-earlier", "swap-size"],
  },
  claims: (segment, context) => segment.class === "runnable" && isReclaimer(segment, context),
  conclude(_claimed, { counters }) {
    const stolen = counters?.vmstat["pgsteal_kswapd"];
    return {
      witness: stolen === undefined ? undefined : stolen > 0,
      facts: stolen === undefined ? {} : { pagesReclaimed: stolen },
      remedies: [advise("free-memory-earlier"), advise("swap-size")],
    };
  },
});
