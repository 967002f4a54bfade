/**
 * When was a thread busy bringing file data into memory? In read calls that added pages to the page cache, and in those
 * that follow on the same descriptor until the added pages are used up: one call reads ahead for many. Submitting the
 * request and copying fresh pages costs CPU time that a warm read does not need (measured in a virtual machine, whose
 * fresh pages the host has to back: 250 MB took 280 ms on the CPU, 40 ms when read again).
 */
import { groupRows, upperBound } from "../base/index.ts";
import type { ThreadIndex, Trace } from "../trace/index.ts";
import type { Syscalls } from "./syscalls.ts";

const READ_CALLS = new Set(["read", "pread64", "readv", "preadv", "sendfile", "splice", "copy_file_range", "readahead"]);
/** mm_filemap_* count in pages of this size on x86-64 and on most arm64 kernels */
const PAGE_BYTES = 4096;

export interface PageCacheReads {
  /** Calls of this thread that overlap [begin, end), clipped, sorted, disjoint. */
  within(thread: ThreadIndex, begin: number, end: number): readonly (readonly [number, number])[];
}

interface Calls {
  readonly start: readonly number[];
  readonly end: readonly number[];
}

const NO_CALLS: Calls = { start: [], end: [] };

export function buildPageCacheReads(trace: Trace, syscalls: Syscalls): PageCacheReads {
  const table = trace.tables.get("mm_filemap_add_to_page_cache");
  const threads = table === undefined ? new Int32Array() : trace.threads.atEach(table.tid, table.time);
  const { first, order } = groupRows(threads, threads.length, trace.threads.length);
  const built = new Map<ThreadIndex, Calls>();
  const callsOf = (thread: ThreadIndex): Calls => {
    let calls = built.get(thread);
    if (calls === undefined) {
      const adds = thread < 0 ? new Int32Array() : order.subarray(first[thread], first[thread + 1]);
      calls = adds.length === 0 ? NO_CALLS : coldCalls(trace, syscalls, thread, adds);
      built.set(thread, calls);
    }
    return calls;
  };
  return {
    within(thread, begin, end) {
      const { start, end: ends } = callsOf(thread);
      const found: [number, number][] = [];
      for (let at = upperBound(ends, begin); at < start.length && (start[at] as number) < end; at++)
        found.push([Math.max(start[at] as number, begin), Math.min(ends[at] as number, end)]);
      return found;
    },
  };
}

/** `adds` are the rows of the pages that this thread added, in order of time. */
function coldCalls(trace: Trace, { slices, nameOf }: Syscalls, thread: ThreadIndex, adds: Int32Array): Calls {
  const table = trace.tables.get("mm_filemap_add_to_page_cache");
  const enter = trace.tables.get("sys_enter");
  const exit = trace.tables.get("sys_exit");
  /** by descriptor: bytes that were brought in and not read yet */
  const ahead = new Map<number, number>();
  const calls: { start: number[]; end: number[] } = { start: [], end: [] };
  let next = 0;
  for (let row = slices.first[thread] as number; row < (slices.first[thread + 1] as number); row++) {
    const begin = slices.begin[row] as number;
    const name = begin < 0 ? "" : nameOf(enter?.fields["id"]?.[begin] ?? -1);
    const isRead = READ_CALLS.has(name);
    const [start, end] = [slices.start[row] as number, slices.end[row] as number];
    let added = 0;
    for (; next < adds.length && (table?.time[adds[next] as number] as number) <= end; next++) {
      const add = adds[next] as number;
      if ((table?.time[add] as number) >= start) added += 2 ** (table?.fields["order"]?.[add] ?? 0);
    }
    const fd = begin < 0 ? -1 : (enter?.fields["arg0"]?.[begin] ?? -1);
    if (!isRead) {
      if (name === "close") ahead.delete(fd);
      continue;
    }
    const left = (ahead.get(fd) ?? 0) + added * PAGE_BYTES;
    if (left <= 0) continue;
    const finish = slices.finish[row] as number;
    ahead.set(fd, left - Math.max(0, finish < 0 ? 0 : (exit?.fields["ret"]?.[finish] ?? 0)));
    calls.start.push(start);
    calls.end.push(end);
  }
  return calls;
}
