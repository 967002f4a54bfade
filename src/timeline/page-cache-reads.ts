/**
 * When was a thread busy bringing file data into memory? The whole of a read call in which it added pages to the page
 * cache: submitting the request and copying the pages cost CPU time that a warm read does not need.
 */
import type { ThreadIndex, Trace } from "../trace/index.ts";
import type { Syscalls } from "./syscalls.ts";

const READ_CALLS = new Set(["read", "pread64", "readv", "preadv", "sendfile", "splice", "copy_file_range", "readahead"]);

export interface PageCacheReads {
  /** Calls of this thread that overlap [begin, end), clipped, sorted, disjoint. */
  within(thread: ThreadIndex, begin: number, end: number): readonly (readonly [number, number])[];
}

export function buildPageCacheReads(trace: Trace, syscalls: Syscalls): PageCacheReads {
  const calls = new Map<number, [number, number][]>();
  const table = trace.tables.get("mm_filemap_add_to_page_cache");
  for (let row = 0; row < (table?.length ?? 0); row++) {
    const time = table?.time[row] as number;
    const thread = trace.threads.at(table?.tid[row] as number, time);
    const known = calls.get(thread) ?? [];
    const last = known.at(-1);
    if (last !== undefined && time <= last[1]) continue;
    const call = syscalls.at(thread, time);
    if (call === undefined || !READ_CALLS.has(call.name)) continue;
    known.push([call.start, call.end]);
    calls.set(thread, known);
  }
  return {
    within(thread, begin, end) {
      const known = calls.get(thread);
      if (known === undefined) return [];
      let low = 0;
      for (let high = known.length; low < high;) {
        const middle = (low + high) >> 1;
        if ((known[middle] as [number, number])[1] <= begin) low = middle + 1;
        else high = middle;
      }
      const found: [number, number][] = [];
      for (let at = low; at < known.length; at++) {
        const [from, to] = known[at] as [number, number];
        if (from >= end) break;
        found.push([Math.max(from, begin), Math.min(to, end)]);
      }
      return found;
    },
  };
}
