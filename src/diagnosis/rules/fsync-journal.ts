/**
 * Cause: a thread on the path made data durable and waited for the disk or the journal.
 * Blamed is whoever kept the disk busy meanwhile (a sync elsewhere), when that is a program outside the service.
 * Signature: waits inside fsync, fdatasync, sync or msync, or for a jbd2/xfs log commit, whatever they led to, and the CPU
 * time of such calls: they submit what they then wait for.
 * Not this rule: reads (cold-page-cache, block-io).
 * Sources: fsync(2); ext4 jbd2: fs/jbd2/commit.c; lttng blog case of a foreign sync.
 */
import { defineRule, durationOf, needs } from "../define-rule.ts";
import { shareInCalls } from "../calls.ts";
import { busiestStranger } from "../disk-load.ts";
import { advise } from "../remedies.ts";
import { hasName, JOURNALD, ownerOf, tidOf } from "../who.ts";

const CALLS = new Set(["fsync", "fdatasync", "sync", "syncfs", "msync", "sync_file_range"]);
const JOURNAL = /^(jbd2_|log_wait_commit|ext4_sync_file|xfs_log_force|btrfs_sync|vfs_fsync)/;

export const fsyncJournal = defineRule({
  id: "fsync-journal",
  group: "storage",
  nature: "outside",
  needs: needs([], ["raw_syscalls:sys_enter", "raw_syscalls:sys_exit"]),
  optional: {
    wide: [],
    deep: ["block:block_rq_issue", "block:block_rq_complete", "ext4:ext4_sync_file_enter", "ext4:ext4_sync_file_exit", "jbd2:jbd2_run_stats"],
    stacks: true,
  },
  doc: {
    signature: "A thread of the request waited inside fsync or for a journal commit.",
    notThis: "Reads from a disk (block-io, cold-page-cache).",
    sources: ["fsync(2)", "fs/jbd2/commit.c"],
    remedies: ["output-on-tmpfs", "journald-volatile", "ionice-rival"],
  },
  claims(segment, { run }) {
    if (segment.class === "runnable") return false;
    if (segment.via.some((wait) => CALLS.has(wait.syscall ?? "") || wait.stack.some((name) => JOURNAL.test(name)))) return true;
    return segment.class === "running" && ownerOf(run, segment.thread) === "service" && shareInCalls(run, segment, ({ name }) => CALLS.has(name));
  },
  conclude(claimed, { run, counters }) {
    const wait = claimed.flatMap(({ via }) => via).find((candidate) => candidate.fd !== undefined && CALLS.has(candidate.syscall ?? ""));
    const file = wait === undefined ? undefined : run.descriptors[`${run.timeline.trace.threads.row(wait.thread).pid}/${wait.fd}`];
    const pressure = counters?.pressure["io"]?.some;
    const stranger = busiestStranger(run, claimed);
    return {
      ...(stranger === undefined ? {} : { culprit: stranger.thread }),
      witness: pressure === undefined ? undefined : pressure * 1000 >= durationOf(claimed) / 2,
      facts: { ...(file === undefined ? {} : { file }), ...(stranger === undefined ? {} : { diskBusyFor: stranger.name }) },
      remedies: [
        ...(stranger === undefined ? [] : [advise("ionice-rival", { rival: tidOf(run, stranger.thread) })]),
        ...(hasName(run, stranger?.thread, JOURNALD) ? [advise("journald-volatile")] : []),
        advise("output-on-tmpfs"),
      ],
    };
  },
});
