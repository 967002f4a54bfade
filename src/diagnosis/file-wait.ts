/** Is a wait one for data of a file, or for swapped memory? Shared by the causes that tell why it was not in memory. */
import type { Segment, Wait } from "../critical-path/index.ts";
import { PAGE_BYTES, pagesBrought, type BroughtPages } from "../facts/index.ts";
import type { RuleContext } from "./define-rule.ts";

const BUFFERED_READ =
  /^(filemap_read|filemap_get_pages|filemap_update_page|generic_file_read_iter|ext4_file_read_iter|xfs_file_read_iter|page_cache_ra_|page_cache_sync_ra|ondemand_readahead|filemap_fault|filemap_splice_read)/;
/** past the page cache, although the file system's read is in the stack too */
const DIRECT = /^(__)?(iomap_dio|dio_|blkdev_direct|blockdev_direct|ext4_dio|xfs_file_dio|btrfs_dio)/;
const SWAP = /^(do_swap_page|swap_read|__swap_|swapin_|read_swap_cache)/;
const READ_CALLS = new Set(["read", "pread64", "readv", "preadv", "sendfile", "splice", "copy_file_range"]);

export const isSwapWait = (wait: Wait): boolean => wait.stack.some((name) => SWAP.test(name));

/** The wait of this segment that is one for pages of a file, if any. */
export function fileWait(segment: Segment): Wait | undefined {
  if (segment.class !== "blocked-io" && segment.class !== "blocked-fault") return undefined;
  return segment.via.find((wait) =>
    wait.stack.length > 0
      ? wait.stack.some((name) => BUFFERED_READ.test(name)) && !isSwapWait(wait) && !wait.stack.some((name) => DIRECT.test(name))
      : wait.class === "blocked-fault" || (wait.class === "blocked-io" && READ_CALLS.has(wait.syscall ?? "")),
  );
}

/** File pages that threads on the path brought into memory during the request; undefined when that was not recorded. */
export const pagesOf = ({ run, request, onPath, memo }: RuleContext): BroughtPages | undefined =>
  memo("file-wait:pages", () => pagesBrought(run, onPath, request.window.begin, request.window.end));

/** The file that a wait was on: by its descriptor, where that was open at the begin or the end of the capture. */
export const fileOf = ({ run }: RuleContext, wait: Wait | undefined): string | undefined =>
  wait?.fd === undefined ? undefined : run.descriptors[`${run.timeline.trace.threads.row(wait.thread).pid}/${wait.fd}`];

export interface FileData {
  /** path; undefined when only its inode is known, or nothing */
  readonly path: string | undefined;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** Which file was it, and how much of it came from storage? */
export function fileData(claimed: readonly Segment[], context: RuleContext): FileData {
  const pages = pagesOf(context);
  const byDescriptor = fileOf(
    context,
    claimed.map(fileWait).find((wait) => wait?.fd !== undefined),
  );
  const path = byDescriptor ?? (pages?.file === undefined ? undefined : context.run.files[pages.file]);
  return {
    path,
    facts: {
      waits: claimed.length,
      ...(pages === undefined ? {} : { pagesRead: pages.pages, readBytes: pages.pages * PAGE_BYTES }),
      ...(path !== undefined ? { file: path } : pages?.file === undefined ? {} : inodeFacts(pages.file)),
    },
  };
}

/** What `find -inum` looks for. */
function inodeFacts(file: string): Record<string, string | number> {
  const [device = 0, inode = 0] = file.split(":").map(Number);
  return { device: `${Math.floor(device / 2 ** 20)}:${device % 2 ** 20}`, inode };
}
