/**
 * Cause: writes of a thread on the path were held back because too much dirty data waited to be written.
 * Signature: waits inside balance_dirty_pages, or for a page that is just being written, outside fsync. Second witness:
 * the kernel's own event balance_dirty_pages with a pause.
 * Not this rule: a sync that the service asked for (fsync-journal); reads (block-io, cold-page-cache).
 * Sources: mm/page-writeback.c, block/blk-wbt.c; e2b infra PR 2787 (tens of seconds in balance_dirty_pages).
 */
import { defineRule, needs } from "../define-rule.ts";
import type { Segment, Wait } from "../../critical-path/index.ts";
import { advise } from "../remedies.ts";

const HELD_BACK = /^(balance_dirty_pages|wbt_wait|rq_qos_wait|folio_wait_writeback|folio_wait_stable|wait_on_page_writeback|wait_for_stable_page)/;

export const writebackThrottle = defineRule({
  id: "writeback-throttle",
  group: "storage",
  nature: "outside",
  needs: needs([], [], true),
  optional: { wide: [], deep: ["writeback:balance_dirty_pages", "writeback:folio_wait_writeback"], stacks: true },
  doc: {
    signature: "A thread of the request was held back in a write until dirty data had been written.",
    notThis: "A sync that the service asked for (fsync-journal); reads (block-io).",
    sources: ["mm/page-writeback.c", "block/blk-wbt.c"],
    remedies: ["write-back-earlier", "output-on-tmpfs"],
  },
  claims: (segment) => segment.class !== "runnable" && heldBack(segment) !== undefined,
  conclude(claimed, { run, request, counters }) {
    const pauses = run.timeline.trace.tables.get("balance_dirty_pages");
    let pauseMs = 0;
    for (let row = 0; row < (pauses?.length ?? 0); row++) {
      const time = pauses?.time[row] as number;
      if (time >= request.window.begin && time <= request.window.end) pauseMs += Math.max(0, pauses?.fields["pause"]?.[row] ?? 0);
    }
    const isBalancing = claimed.some((segment) => heldBack(segment)?.stack.some((name) => name.startsWith("balance_dirty_pages")));
    const dirty = counters?.vmstat["nr_dirty"];
    return {
      witness: pauses === undefined || !isBalancing ? undefined : pauseMs > 0,
      facts: { waits: claimed.length, ...(pauses === undefined ? {} : { pauseMs }), ...(dirty === undefined ? {} : { dirtyPagesGrewBy: dirty }) },
      remedies: [advise("write-back-earlier", { ratio: run.settings["dirty_background_ratio"] ?? 10 }), advise("output-on-tmpfs")],
    };
  },
});

const heldBack = (segment: Segment): Wait | undefined => segment.via.find((wait) => wait.stack.some((name) => HELD_BACK.test(name)));
