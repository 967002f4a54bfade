/**
 * Which pages of which files were brought into memory, and which were touched while they were there? By (device, inode);
 * a page that is brought in after it was touched had been evicted in between.
 */
import { upperBound } from "../base/index.ts";
import type { ThreadIndex } from "../trace/index.ts";
import { defineFact, type Run } from "./run.ts";

/** mm_filemap_* count in pages; this is the size on x86-64 and on most arm64 kernels. */
export const PAGE_BYTES = 4096;

interface Pages {
  readonly time: number[];
  readonly first: number[];
  /** inclusive */
  readonly last: number[];
  readonly thread: ThreadIndex[];
}

export interface FilePages {
  /** undefined = the event was not recorded */
  readonly added: ReadonlyMap<string, Pages> | undefined;
  /** reads, faults and additions; complete only where the kernel has mm_filemap_get_pages (6.9) */
  readonly touched: ReadonlyMap<string, Pages>;
}

export const filePages = defineFact<FilePages>({
  id: "file-pages",
  compute(run) {
    const added = run.timeline.trace.tables.has("mm_filemap_add_to_page_cache") ? new Map<string, Pages>() : undefined;
    const touched = new Map<string, Pages>();
    collect(run, "mm_filemap_add_to_page_cache", (fields, row) => (fields("index", row) ?? 0) + 2 ** (fields("order", row) ?? 0) - 1, added ?? new Map());
    for (const name of ["mm_filemap_get_pages", "mm_filemap_map_pages"]) collect(run, name, (fields, row) => fields("last_index", row) ?? 0, touched);
    collect(run, "mm_filemap_fault", (fields, row) => fields("index", row) ?? 0, touched);
    return { added, touched };
  },
});

type FieldsOf = (name: string, row: number) => number | undefined;

function collect({ timeline }: Run, event: string, lastOf: (fields: FieldsOf, row: number) => number, into: Map<string, Pages>): void {
  const table = timeline.trace.tables.get(event);
  const fields: FieldsOf = (name, row) => table?.fields[name]?.[row];
  for (let row = 0; row < (table?.length ?? 0); row++) {
    const key = `${fields("s_dev", row) ?? 0}:${fields("i_ino", row) ?? 0}`;
    const pages = into.get(key) ?? { time: [], first: [], last: [], thread: [] };
    into.set(key, pages);
    const time = table?.time[row] as number;
    pages.time.push(time);
    pages.first.push(fields("index", row) ?? 0);
    pages.last.push(lastOf(fields, row));
    pages.thread.push(timeline.trace.threads.at(table?.tid[row] as number, time));
  }
}

export interface BroughtPages {
  readonly pages: number;
  /** of these, pages that had been in memory earlier in the recording */
  readonly again: number;
  /** the file that most of them are of, as `DEV:INODE` */
  readonly file: string | undefined;
}

/** Pages that these threads brought in during [begin, end); undefined when that was not recorded. */
export function pagesBrought(run: Run, threads: ReadonlySet<ThreadIndex>, begin: number, end: number): BroughtPages | undefined {
  const { added, touched } = run.get(filePages);
  if (added === undefined) return undefined;
  let pages = 0;
  let again = 0;
  let [file, most]: [string | undefined, number] = [undefined, 0];
  for (const [key, adds] of added) {
    const from = upperBound(adds.time, begin);
    const to = upperBound(adds.time, end);
    if (from === to) continue;
    const earlier = merged([adds, touched.get(key)], begin);
    const before = pages;
    for (let row = from; row < to; row++) {
      if (!threads.has(adds.thread[row] as ThreadIndex)) continue;
      const [first, last] = [adds.first[row] as number, adds.last[row] as number];
      pages += last - first + 1;
      again += overlap(earlier, first, last);
    }
    if (pages - before > most) [file, most] = [key, pages - before];
  }
  return { pages, again, file };
}

/** Ranges of pages seen before `time`, merged and sorted. */
function merged(lists: readonly (Pages | undefined)[], time: number): [first: number, last: number][] {
  const ranges: [number, number][] = [];
  for (const list of lists) {
    const until = list === undefined ? 0 : upperBound(list.time, time);
    for (let row = 0; row < until; row++) ranges.push([list?.first[row] as number, list?.last[row] as number]);
  }
  ranges.sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [first, last] of ranges) {
    const previous = joined.at(-1);
    if (previous !== undefined && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else joined.push([first, last]);
  }
  return joined;
}

function overlap(ranges: readonly (readonly [number, number])[], first: number, last: number): number {
  let sum = 0;
  for (const [from, to] of ranges) if (from <= last && to >= first) sum += Math.min(last, to) - Math.max(first, from) + 1;
  return sum;
}
