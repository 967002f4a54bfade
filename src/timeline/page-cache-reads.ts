/**
 * When was a thread busy bringing file data into memory? In page faults, from the page it added until it went to sleep for
 * it; and in read calls that added pages to the page cache, and in those
 * that follow on the same descriptor until the added pages are used up: one call reads ahead for many. Submitting the
 * request and copying fresh pages costs CPU time that a warm read does not need (measured in a virtual machine, whose
 * fresh pages the host has to back: 250 MB took 280 ms on the CPU, 40 ms when read again).
 */
import { groupRows, upperBound } from "../base/index.ts";
import type { ThreadIndex, Trace } from "../trace/index.ts";
import type { Syscalls } from "./syscalls.ts";
import { STATE, type StateRows, type ThreadStates } from "./thread-states.ts";

const READ_CALLS = new Set(["read", "pread64", "readv", "preadv", "sendfile", "splice", "copy_file_range", "readahead"]);
/** mm_filemap_* count in pages of this size on x86-64 and on most arm64 kernels */
const PAGE_BYTES = 4096;

export interface PageCacheReads {
  /** Parts of [begin, end) that this thread spent so, sorted, disjoint. */
  within(thread: ThreadIndex, begin: number, end: number): readonly PageCacheWork[];
}

export interface PageCacheWork {
  readonly begin: number;
  readonly end: number;
  readonly during: "read" | "fault";
}

interface Works {
  readonly end: Float64Array;
  readonly all: readonly PageCacheWork[];
}

const NONE: Works = { end: new Float64Array(), all: [] };

export function buildPageCacheReads(trace: Trace, syscalls: Syscalls, states: ThreadStates): PageCacheReads {
  const table = trace.tables.get("mm_filemap_add_to_page_cache");
  const threads = table === undefined ? new Int32Array() : trace.threads.atEach(table.tid, table.time);
  const { first, order } = groupRows(threads, threads.length, trace.threads.length);
  const built = new Map<ThreadIndex, Works>();
  const worksOf = (thread: ThreadIndex): Works => {
    let works = built.get(thread);
    if (works === undefined) {
      const adds = thread < 0 ? new Int32Array() : order.subarray(first[thread], first[thread + 1]);
      const calls = adds.length === 0 ? [] : coldCalls(trace, syscalls, thread, adds);
      const faults = adds.length === 0 ? [] : coldFaults(table?.time ?? new Float64Array(), states.of(thread), adds, calls, callStarts(syscalls, thread));
      const all = [...calls, ...faults].sort((x, y) => x.begin - y.begin);
      works = all.length === 0 ? NONE : { all, end: Float64Array.from(all, ({ end }) => end) };
      built.set(thread, works);
    }
    return works;
  };
  return {
    within(thread, begin, end) {
      const { all, end: ends } = worksOf(thread);
      const found: PageCacheWork[] = [];
      for (let at = upperBound(ends, begin); at < all.length; at++) {
        const work = all[at] as PageCacheWork;
        if (work.begin >= end) break;
        found.push({ ...work, begin: Math.max(work.begin, begin), end: Math.min(work.end, end) });
      }
      return found;
    },
  };
}

/** When this thread went into the kernel by a system call, in order. */
const callStarts = ({ slices }: Syscalls, thread: ThreadIndex): Float64Array => slices.start.subarray(slices.first[thread], slices.first[thread + 1]);

/** Pages that were added outside of read calls, by a thread that then slept without another call: a fault brought them. */
function coldFaults(times: Float64Array, rows: StateRows, adds: Int32Array, calls: readonly PageCacheWork[], starts: Float64Array): PageCacheWork[] {
  const faults: PageCacheWork[] = [];
  const callEnds = Float64Array.from(calls, ({ end }) => end);
  for (const add of adds) {
    const time = times[add] as number;
    const call = calls[upperBound(callEnds, time - 1)];
    if (time <= (faults.at(-1)?.end ?? -1) || (call !== undefined && call.begin <= time)) continue;
    const row = upperBound(rows.start, time) - 1;
    const next = rows.state[row + 1];
    if (row < 0 || rows.state[row] !== STATE.running || (next !== STATE.blocked && next !== STATE.sleeping)) continue;
    const nextCall = starts[upperBound(starts, time)];
    // a page that a write added, and a sleep of something later
    if (nextCall !== undefined && nextCall < (rows.end[row] as number)) continue;
    faults.push({ begin: time, end: rows.end[row] as number, during: "fault" });
  }
  return faults;
}

/** `adds` are the rows of the pages that this thread added, in order of time. */
function coldCalls(trace: Trace, { slices, nameOf }: Syscalls, thread: ThreadIndex, adds: Int32Array): PageCacheWork[] {
  const table = trace.tables.get("mm_filemap_add_to_page_cache");
  const enter = trace.tables.get("sys_enter");
  const exit = trace.tables.get("sys_exit");
  /** by descriptor: bytes that were brought in and not read yet */
  const ahead = new Map<number, number>();
  const calls: PageCacheWork[] = [];
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
    calls.push({ begin: start, end, during: "read" });
  }
  return calls;
}
