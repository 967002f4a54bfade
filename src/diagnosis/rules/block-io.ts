/**
 * Cause: a thread on the path waited for a disk.
 * Signature: waits ended by the completion of a block request, or in the block layer. Second witness: I/O pressure.
 * Not this rule: file data that was not in memory (cold-page-cache), a sync of the service's own (fsync-journal).
 * Sources: Documentation/block/stat.rst, Documentation/accounting/psi.rst.
 */
import { upperBound } from "../../base/index.ts";
import type { Segment } from "../../critical-path/index.ts";
import type { Run } from "../../facts/index.ts";
import type { BlockRequest } from "../../timeline/index.ts";
import { defineRule, durationOf, needs } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { ownerOf } from "../who.ts";

export const blockIo = defineRule({
  id: "block-io",
  group: "storage",
  nature: "outside",
  needs: needs([], ["block:block_rq_issue", "block:block_rq_complete"]),
  optional: { wide: [], deep: ["block:block_bio_queue", "raw_syscalls:sys_enter", "raw_syscalls:sys_exit"], stacks: true },
  doc: {
    signature: "A thread of the request waited until a block device had finished a request.",
    notThis: "File data missing from memory (cold-page-cache); fsync (fsync-journal).",
    sources: ["Documentation/accounting/psi.rst"],
    remedies: ["ionice-rival", "watch-disk"],
  },
  claims: (segment) => segment.class === "blocked-io",
  conclude(claimed, { run, counters }) {
    const pressure = counters?.pressure["io"]?.some;
    const device = claimed.find((segment) => segment.culprit.kind === "device")?.culprit.detail;
    const requests = requestsOf(run, claimed);
    const issuer = mainIssuer(run, requests);
    return {
      witness: pressure === undefined ? undefined : pressure * 1000 >= durationOf(claimed) / 2,
      facts: {
        waits: claimed.length,
        ...(device === undefined ? {} : { device: run.devices[device] ?? device }),
        ...(requests.length === 0 ? {} : { deviceNs: requests.reduce((sum, { completed, issued }) => sum + completed - issued, 0) }),
        ...(requests.some(({ queued }) => queued !== undefined)
          ? { queuedNs: requests.reduce((sum, { issued, queued = issued }) => sum + issued - queued, 0) }
          : {}),
        ...(issuer === undefined ? {} : { issuedBy: `${issuer.comm}/${issuer.tid}` }),
      },
      // somebody else's requests in front of ours can be asked to stand back; our own only be watched
      remedies:
        issuer === undefined || issuer.isOwn || issuer.isKernel
          ? [advise("watch-disk")]
          : [advise("ionice-rival", { rival: issuer.tid }), advise("watch-disk")],
    };
  },
});

/** Block requests whose completion ended one of these waits. */
function requestsOf({ timeline }: Run, claimed: readonly Segment[]): readonly BlockRequest[] {
  const found = new Set<BlockRequest>();
  for (const segment of claimed) {
    const wait = segment.via.at(-1);
    const rows = wait === undefined ? undefined : timeline.states.of(wait.thread);
    const edge = wait === undefined || rows === undefined ? -1 : (rows.wake[upperBound(rows.start, wait.begin) - 1] ?? -1);
    const waker = edge < 0 ? undefined : timeline.wakerOf(edge);
    const request = waker?.kind === "block" ? timeline.blockIo.requests[waker.request] : undefined;
    if (request !== undefined) found.add(request);
  }
  return [...found];
}

function mainIssuer(run: Run, requests: readonly BlockRequest[]): { comm: string; tid: number; isOwn: boolean; isKernel: boolean } | undefined {
  const time = new Map<number, number>();
  for (const { issuedBy, issued, completed } of requests) time.set(issuedBy, (time.get(issuedBy) ?? 0) + completed - issued);
  const [tid] = [...time].sort((a, b) => b[1] - a[1])[0] ?? [];
  const thread = tid === undefined ? -1 : run.timeline.trace.threads.at(tid, run.timeline.trace.end);
  if (tid === undefined || thread <= 0) return undefined;
  const row = run.timeline.trace.threads.row(thread as Segment["thread"]);
  return { comm: row.comm, tid, isOwn: ownerOf(run, thread as Segment["thread"]) === "service", isKernel: row.isKernel };
}
