/**
 * Cause: file data that the request needed was not in memory and had to be read: weights after a start or an eviction.
 * Signature: waits in a page fault on a file, or in a buffered read, for a page that storage had to bring, and the CPU
 * time of reads that brought pages (submitting, copying). Second witness: the thread added pages to the page cache, or major faults.
 * Not this rule: direct I/O and metadata (block-io), anonymous memory from swap (swap-in).
 * Sources: llama.cpp 91, llama2.c PR 101; mm/filemap.c.
 */
import { PAGE_CACHE_READ, type Segment, type Wait } from "../../critical-path/index.ts";
import { defineRule, needs, type RuleContext } from "../define-rule.ts";
import { keepInMemory } from "../remedies.ts";

const BUFFERED_READ =
  /^(filemap_read|filemap_get_pages|filemap_update_page|generic_file_read_iter|ext4_file_read_iter|xfs_file_read_iter|page_cache_ra_|page_cache_sync_ra|ondemand_readahead|filemap_fault|filemap_splice_read)/;
const SWAP = /^(do_swap_page|swap_read|swapin_)/;
const READ_CALLS = new Set(["read", "pread64", "readv", "preadv", "sendfile", "splice", "copy_file_range"]);

export const coldPageCache = defineRule({
  id: "cold-page-cache",
  group: "memory",
  nature: "outside",
  needs: needs([], ["block:block_rq_issue", "block:block_rq_complete"]),
  optional: { wide: [], deep: ["filemap:mm_filemap_add_to_page_cache", "raw_syscalls:sys_enter", "raw_syscalls:sys_exit"], stacks: true },
  doc: {
    signature: "A thread of the request waited for file data that storage had to bring into the page cache.",
    notThis: "Direct I/O and metadata (block-io); swapped-out memory (swap-in).",
    sources: ["mm/filemap.c", "llama.cpp#91"],
  },
  claims: (segment) => coldWait(segment) !== undefined || (segment.class === "running" && segment.culprit.fn === PAGE_CACHE_READ),
  conclude(claimed, context) {
    const wait = claimed.map((segment) => coldWait(segment)).find((candidate) => candidate?.fd !== undefined);
    const file = wait === undefined ? undefined : context.run.descriptors[`${context.run.timeline.trace.threads.row(wait.thread).pid}/${wait.fd}`];
    const pages = pagesAdded(context);
    return {
      witness: pages === undefined ? undefined : pages > 0,
      facts: { waits: claimed.length, ...(pages === undefined ? {} : { pagesRead: pages }), ...(file === undefined ? {} : { file }) },
      remedies: file?.startsWith("/") ? [keepInMemory(file)] : [],
    };
  },
});

function coldWait(segment: Segment): Wait | undefined {
  if (segment.class !== "blocked-io" && segment.class !== "blocked-fault") return undefined;
  return segment.via.find((wait) =>
    wait.stack.length > 0
      ? wait.stack.some((name) => BUFFERED_READ.test(name)) && !wait.stack.some((name) => SWAP.test(name))
      : wait.class === "blocked-fault" || (wait.class === "blocked-io" && READ_CALLS.has(wait.syscall ?? "")),
  );
}

/** Pages that threads on the path added to the page cache during the request; undefined when the event was not recorded. */
function pagesAdded({ run, request, onPath }: RuleContext): number | undefined {
  const table = run.timeline.trace.tables.get("mm_filemap_add_to_page_cache");
  if (table === undefined) return undefined;
  let pages = 0;
  for (let row = 0; row < table.length; row++) {
    const time = table.time[row] as number;
    if (time < request.window.begin || time > request.window.end) continue;
    if (onPath.has(run.timeline.trace.threads.at(table.tid[row] as number, time))) pages += 2 ** (table.fields["order"]?.[row] ?? 0);
  }
  return pages;
}
