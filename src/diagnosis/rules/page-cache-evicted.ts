/**
 * Cause: file data that the service had in memory before was gone, and a thread on the path waited for it to be read again.
 * Signature: as cold-page-cache, and the file's pages were in memory earlier: they were touched or brought in earlier in
 * the recording, the same descriptor was read before without a read from storage, or the kernel counts refaults.
 * Not this rule: data that nobody had read yet (cold-page-cache); swapped memory (swap-in).
 * Threshold: half of the pages, so that a file that is read on is not taken for one that is read again.
 * Sources: mm/workingset.c (refaults); llama.cpp 14154; Documentation/filesystems/vfs.rst.
 */
import { isPageCacheWork } from "../../critical-path/index.ts";
import { openedFiles } from "../../facts/index.ts";
import { defineRule, needs, type RuleContext } from "../define-rule.ts";
import { fileData, fileWait, pagesOf } from "../file-wait.ts";
import { advise } from "../remedies.ts";

const AGAIN = 0.5;
const READ_CALLS = new Set(["read", "pread64", "readv", "preadv"]);

export const pageCacheEvicted = defineRule({
  id: "page-cache-evicted",
  group: "memory",
  nature: "outside",
  needs: needs([], ["filemap:mm_filemap_add_to_page_cache", "raw_syscalls:sys_enter", "raw_syscalls:sys_exit"]),
  optional: { wide: [], deep: ["filemap:mm_filemap_get_pages", "filemap:mm_filemap_map_pages", "filemap:mm_filemap_fault"], stacks: true },
  classes: ["blocked-io", "blocked-fault", "running"],
  thresholds: { again: AGAIN },
  doc: {
    signature: "A thread of the request waited for file data that had been in memory before and had left it.",
    notThis: "Data that nobody had read yet (cold-page-cache); swapped memory (swap-in).",
    sources: ["mm/workingset.c", "llama.cpp#14154"],
    remedies: ["keep-in-page-cache"],
  },
  claims: (segment, context) =>
    (fileWait(segment) !== undefined || (segment.class === "running" && isPageCacheWork(segment.culprit.fn))) && wasThere(context) !== undefined,
  conclude(claimed, context) {
    const { path, facts } = fileData(claimed, context);
    const evidence = wasThere(context);
    return {
      witness: evidence === undefined ? undefined : true,
      ...(path === undefined ? {} : { detail: path }),
      facts: { ...facts, ...(evidence === undefined ? {} : { knownBy: evidence }) },
      remedies: path?.startsWith("/") ? [advise("keep-in-page-cache", { file: path })] : [],
    };
  },
});

/** How is it known that the data was in memory before? undefined when it is not. */
function wasThere(context: RuleContext): string | undefined {
  return context.memo("page-cache-evicted:was-there", () => {
    const brought = pagesOf(context);
    if (brought === undefined || brought.pages === 0) return undefined;
    if (brought.again >= AGAIN * brought.pages) return "the same pages were touched before";
    const refaults = context.counters?.vmstat["workingset_refault_file"] ?? context.counters?.vmstat["workingset_refault"];
    if (refaults !== undefined && refaults >= AGAIN * brought.pages) return "the kernel counted refaults";
    return readBefore(context) ? "the descriptor was read from memory before" : undefined;
  });
}

/** Was a descriptor that the request waited on read earlier, without a page brought in? */
function readBefore({ run, request }: RuleContext): boolean {
  const { syscalls, trace, pageCacheReads } = run.timeline;
  const enter = trace.tables.get("sys_enter");
  const waited = request.segments.flatMap((segment) => {
    const wait = fileWait(segment);
    return wait?.fd === undefined ? [] : [{ pid: trace.threads.row(wait.thread).pid, fd: wait.fd }];
  });
  for (const key of new Set(waited.map(({ pid, fd }) => `${pid}/${fd}`))) {
    const [pid = -1, fd = -1] = key.split("/").map(Number);
    // a number that was given out while recording may have been another file's before
    if (run.get(openedFiles).some((file) => file.pid === pid && file.fd === fd)) continue;
    for (const thread of trace.threads.ofProcess(pid)) {
      const { first, start, end, begin } = syscalls.slices;
      for (let row = first[thread] as number; row < (first[thread + 1] as number) && (end[row] as number) < request.window.begin; row++) {
        const entry = begin[row] as number;
        if (entry < 0 || enter?.fields["arg0"]?.[entry] !== fd || !READ_CALLS.has(syscalls.nameOf(enter.fields["id"]?.[entry] ?? -1))) continue;
        if (pageCacheReads.within(thread, start[row] as number, end[row] as number).length === 0) return true;
      }
    }
  }
  return false;
}
