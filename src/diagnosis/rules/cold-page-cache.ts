/**
 * Cause: file data that the request needed was not in memory and had to be read: weights after a start.
 * Signature: waits in a page fault on a file, or in a buffered read, for a page that storage had to bring, and the CPU
 * time of reads that brought pages (submitting, copying). Second witness: the thread added pages to the page cache, or major faults.
 * Not this rule: data that was in memory before (page-cache-evicted), direct I/O and metadata (block-io), swap (swap-in).
 * Sources: llama.cpp 91, llama2.c PR 101; mm/filemap.c.
 */
import { isPageCacheWork } from "../../critical-path/index.ts";
import { defineRule, needs } from "../define-rule.ts";
import { fileData, fileWait, pagesOf } from "../file-wait.ts";
import { advise } from "../remedies.ts";

export const coldPageCache = defineRule({
  id: "cold-page-cache",
  group: "memory",
  nature: "outside",
  needs: needs([], ["block:block_rq_issue", "block:block_rq_complete"]),
  optional: { wide: [], deep: ["filemap:mm_filemap_add_to_page_cache", "raw_syscalls:sys_enter", "raw_syscalls:sys_exit"], stacks: true },
  classes: ["blocked-io", "blocked-fault", "running"],
  doc: {
    signature: "A thread of the request waited for file data that storage had to bring into the page cache.",
    notThis: "Data that was in memory before (page-cache-evicted); direct I/O and metadata (block-io); swapped-out memory (swap-in).",
    sources: ["mm/filemap.c", "llama.cpp#91"],
    remedies: ["prefetch-file", "keep-in-page-cache"],
  },
  claims: (segment) => fileWait(segment) !== undefined || (segment.class === "running" && isPageCacheWork(segment.culprit.fn)),
  conclude(claimed, context) {
    const { path, facts } = fileData(claimed, context);
    const pages = pagesOf(context);
    const faults = context.counters?.vmstat["pgmajfault"];
    return {
      witness: pages === undefined ? undefined : pages.pages > 0,
      ...(path === undefined ? {} : { detail: path }),
      facts: { ...facts, ...(faults === undefined ? {} : { majorFaults: faults }) },
      remedies: path?.startsWith("/") ? [advise("prefetch-file", { file: path }), advise("keep-in-page-cache", { file: path })] : [],
    };
  },
});
