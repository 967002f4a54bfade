/**
 * Cause: a thread on the path waited for a disk.
 * Signature: waits ended by the completion of a block request, or in the block layer. Second witness: I/O pressure.
 * Not this rule: file data that was not in memory (cold-page-cache), a sync of the service's own (fsync-journal).
 * Sources: Documentation/block/stat.rst, Documentation/accounting/psi.rst.
 */
import { defineRule, durationOf, needs } from "../define-rule.ts";

export const blockIo = defineRule({
  id: "block-io",
  group: "storage",
  nature: "outside",
  needs: needs([], ["block:block_rq_issue", "block:block_rq_complete"]),
  optional: { wide: [], deep: ["raw_syscalls:sys_enter", "raw_syscalls:sys_exit"], stacks: true },
  doc: {
    signature: "A thread of the request waited until a block device had finished a request.",
    notThis: "File data missing from memory (cold-page-cache); fsync (fsync-journal).",
    sources: ["Documentation/accounting/psi.rst"],
  },
  claims: (segment) => segment.class === "blocked-io",
  conclude(claimed, { run, counters }) {
    const pressure = counters?.pressure["io"]?.some;
    const device = claimed.find((segment) => segment.culprit.kind === "device")?.culprit.detail;
    return {
      witness: pressure === undefined ? undefined : pressure * 1000 >= durationOf(claimed) / 2,
      facts: { waits: claimed.length, ...(device === undefined ? {} : { device: run.devices[device] ?? device }) },
      remedies: [],
    };
  },
});
