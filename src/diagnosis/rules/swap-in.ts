/**
 * Cause: memory of the service had been swapped out, and a thread on the path waited for it to come back.
 * Signature: waits inside a page fault on swapped memory (their stacks). Second witness: pswpin rises.
 * Not this rule: file data that was not in memory (cold-page-cache, page-cache-evicted).
 * Sources: mm/memory.c do_swap_page, mm/swap_state.c; ollama 7686.
 */
import { defineRule, needs } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { isSwapWait } from "../file-wait.ts";

export const swapIn = defineRule({
  id: "swap-in",
  group: "memory",
  nature: "outside",
  needs: needs([], [], true),
  hardware: ["swap"],
  classes: ["blocked-fault", "blocked-io", "blocked-lock", "blocked-other"],
  doc: {
    signature: "A thread of the request waited for memory to be read back from swap.",
    notThis: "File data that was not in memory (cold-page-cache, page-cache-evicted).",
    sources: ["mm/memory.c: do_swap_page", "ollama#7686"],
    remedies: ["lower-swappiness"],
  },
  claims: (segment) => segment.via.some(isSwapWait),
  conclude(claimed, { run, counters }) {
    const pages = counters?.vmstat["pswpin"];
    return {
      witness: pages === undefined ? undefined : pages > 0,
      facts: { waits: claimed.length, ...(pages === undefined ? {} : { pagesSwappedIn: pages }) },
      remedies: [advise("lower-swappiness", { swappiness: run.settings["swappiness"] ?? 60 })],
    };
  },
});
