/**
 * Which work item was a kernel worker executing, who had queued it, and since when did it wait? A worker that is awake
 * already is not woken for the next item, so items are followed by their pointer, not by wakes.
 */
import { upperBound } from "../base/index.ts";
import { FLAG_HARDIRQ, FLAG_NMI, FLAG_SOFTIRQ, NO_THREAD, type ThreadIndex, type Trace } from "../trace/index.ts";
import { hasSlices, sliceAt, slicesIn, type ThreadSlices } from "./thread-slices.ts";

export interface WorkItem {
  /** name of the work function; undefined without symbols */
  readonly fn: string | undefined;
  readonly start: number;
  readonly end: number;
  /** when it was queued, and by which thread (NO_THREAD: by an interrupt, as delayed work is); undefined when that was not recorded */
  readonly queued: { readonly time: number; readonly by: ThreadIndex } | undefined;
}

export interface WorkItems {
  /** What this worker executed at that time; undefined between items and for threads that are no workers. */
  at(worker: ThreadIndex, time: number): WorkItem | undefined;
  /** The item that most of [begin, end) went to: a worker is switched in some us before it begins one. */
  mainIn(worker: ThreadIndex, begin: number, end: number): WorkItem | undefined;
  /** The items inside [begin, end), clipped, in order. */
  within(worker: ThreadIndex, begin: number, end: number): readonly { readonly begin: number; readonly end: number; readonly fn: string | undefined }[];
  isWorker(thread: ThreadIndex): boolean;
}

export function buildWorkItems(trace: Trace, slices: ThreadSlices): WorkItems {
  const starts = trace.tables.get("workqueue_execute_start");
  // built on first use: most requests never meet a worker
  let queuings: Map<number, Queuings> | undefined;
  const lastQueued = (work: number, time: number): WorkItem["queued"] => {
    queuings ??= queuingsByWork(trace);
    const known = queuings.get(work);
    const at = known === undefined ? -1 : upperBound(known.times, time) - 1;
    return known === undefined || at < 0 ? undefined : { time: known.times[at] as number, by: known.by[at] as ThreadIndex };
  };
  const itemOf = (row: number): WorkItem => {
    const [start, end, begin] = [slices.start[row] as number, slices.end[row] as number, slices.begin[row] as number];
    if (begin < 0 || starts === undefined) return { fn: undefined, start, end, queued: undefined };
    const fn = trace.symbols.nameOf(starts.fields["function"]?.[begin] ?? 0);
    return { fn, start, end, queued: lastQueued(starts.fields["work"]?.[begin] ?? 0, start) };
  };
  const within: WorkItems["within"] = (worker, begin, end) => {
    if (!hasSlices(slices, worker)) return NOTHING;
    const { from, to } = slicesIn(slices, worker, begin, end);
    return Array.from({ length: to - from }, (_, index) => {
      const item = itemOf(from + index);
      return { begin: Math.max(begin, item.start), end: Math.min(end, item.end), fn: item.fn };
    });
  };
  const at: WorkItems["at"] = (worker, time) => {
    const row = hasSlices(slices, worker) ? sliceAt(slices, worker, time) : -1;
    return row < 0 ? undefined : itemOf(row);
  };
  return {
    isWorker: (thread) => hasSlices(slices, thread),
    at,
    within,
    mainIn(worker, begin, end) {
      const longest = within(worker, begin, end).reduce<{ begin: number; end: number } | undefined>(
        (best, part) => (best === undefined || part.end - part.begin > best.end - best.begin ? part : best),
        undefined,
      );
      return longest === undefined ? undefined : at(worker, (longest.begin + longest.end) / 2);
    },
  };
}

const NOTHING: ReturnType<WorkItems["within"]> = [];

interface Queuings {
  readonly times: number[];
  /** NO_THREAD when an interrupt queued it: delayed work comes from a timer */
  readonly by: ThreadIndex[];
}

/** By work pointer, in order of time. */
function queuingsByWork(trace: Trace): Map<number, Queuings> {
  const table = trace.tables.get("workqueue_queue_work");
  const byWork = new Map<number, Queuings>();
  for (let row = 0; row < (table?.length ?? 0); row++) {
    const work = table?.fields["work"]?.[row] ?? 0;
    const time = table?.time[row] as number;
    const inInterrupt = ((table?.flags[row] ?? 0) & (FLAG_HARDIRQ | FLAG_SOFTIRQ | FLAG_NMI)) !== 0;
    const known = byWork.get(work) ?? { times: [], by: [] };
    byWork.set(work, known);
    known.times.push(time);
    known.by.push(inInterrupt ? NO_THREAD : trace.threads.at(table?.tid[row] as number, time));
  }
  return byWork;
}
