/** Who ran: threads by identity. Kernel tids are reused, so analysis uses ThreadIndex and shows tid. */
import { lowerBound, upperBound } from "../base/index.ts";

/** Index into ThreadTable columns. The idle task of every CPU is one thread, IDLE_THREAD. */
export type ThreadIndex = number & { readonly __brand: "ThreadIndex" };
export const IDLE_THREAD = 0 as ThreadIndex;
export const NO_THREAD = -1 as ThreadIndex;

/** `pid` is the process (tgid), -1 when unknown. `born` is TimeNs of the fork, -Infinity when it predates the trace. */
export interface ThreadRow {
  readonly tid: number;
  readonly pid: number;
  /** last known name */
  readonly comm: string;
  readonly born: number;
  /** the thread that forked it, NO_THREAD when unknown */
  readonly parent: ThreadIndex;
  readonly isKernel: boolean;
}

export interface ThreadTable {
  readonly length: number;
  row(index: ThreadIndex): ThreadRow;
  /** The thread that had this tid at that time; NO_THREAD for a tid never seen. */
  at(tid: number, time: number): ThreadIndex;
  /** The same for each of two columns of equal length. */
  atEach(tids: ArrayLike<number>, times: ArrayLike<number>): Int32Array;
  /** All threads of a process that were ever seen. */
  ofProcess(pid: number): readonly ThreadIndex[];
}

/** What each task was called, by time: the last row of a tid that is not after a time is its name then. Names are indexes into `Trace.strings`. */
export interface ThreadNames {
  readonly length: number;
  readonly time: Float64Array;
  readonly tid: Int32Array;
  readonly name: Int32Array;
}

export const NO_THREAD_NAMES: ThreadNames = { length: 0, time: new Float64Array(), tid: new Int32Array(), name: new Int32Array() };

/** Index into the strings; undefined when no event up to then named the task. */
export function nameAt(names: ThreadNames, tid: number, time: number): number | undefined {
  for (let row = upperBound(names.time, time) - 1; row >= 0; row--) if (names.tid[row] === tid) return names.name[row];
  return undefined;
}

/** What is known of one incarnation of a tid before the table is built. */
export interface ThreadSeed {
  tid: number;
  pid: number;
  comm: string;
  born: number;
  /** tid of the parent, -1 unknown */
  parentTid: number;
  isKernel: boolean;
}

/** Seeds in any order; one seed per incarnation. Thread 0 is always the idle task. */
export function buildThreadTable(seeds: readonly ThreadSeed[]): ThreadTable {
  const sorted = seeds.filter((seed) => seed.tid !== 0).sort((a, b) => a.tid - b.tid || a.born - b.born);
  const tids = Int32Array.from(sorted, (seed) => seed.tid);
  const only = onlyIncarnations(tids);
  const at = (tid: number, time: number): ThreadIndex => {
    if (tid >= 0 && tid < only.length) {
      const index = only[tid] as number;
      if (index !== SEVERAL) return index as ThreadIndex;
    }
    const first = lowerBound(tids, tid);
    const last = upperBound(tids, tid, first);
    if (first === last) return NO_THREAD;
    let found = first;
    while (found + 1 < last && (sorted[found + 1] as ThreadSeed).born <= time) found++;
    return (found + 1) as ThreadIndex;
  };
  const rows: ThreadRow[] = [{ tid: 0, pid: 0, comm: "swapper", born: Number.NEGATIVE_INFINITY, parent: NO_THREAD, isKernel: true }];
  for (const seed of sorted) {
    rows.push({
      tid: seed.tid,
      pid: seed.pid,
      comm: seed.comm,
      born: seed.born,
      isKernel: seed.isKernel,
      parent: seed.parentTid < 0 ? NO_THREAD : at(seed.parentTid, seed.born),
    });
  }
  const byProcess = new Map<number, ThreadIndex[]>();
  rows.forEach((row, index) => {
    if (row.pid < 0) return;
    const list = byProcess.get(row.pid);
    if (list) list.push(index as ThreadIndex);
    else byProcess.set(row.pid, [index as ThreadIndex]);
  });
  return {
    length: rows.length,
    row: (index) => rows[index] as ThreadRow,
    at,
    atEach(tids, times) {
      const threads = new Int32Array(tids.length);
      for (let row = 0; row < threads.length; row++) threads[row] = at(tids[row] as number, times[row] as number);
      return threads;
    },
    ofProcess: (pid) => byProcess.get(pid) ?? [],
  };
}

/** More than one incarnation: which one depends on the time. */
const SEVERAL = -2;
/** The default pid_max of large machines; tids above are searched for. */
const MAPPED_TIDS = 4_194_304;

/** By tid the thread, NO_THREAD, or SEVERAL; most tids have one incarnation, and need no search. `tids` are sorted. */
function onlyIncarnations(tids: Int32Array): Int32Array {
  const largest = Math.min(tids[upperBound(tids, MAPPED_TIDS - 1) - 1] ?? 0, MAPPED_TIDS - 1);
  const only = new Int32Array(Math.max(largest, 0) + 1).fill(NO_THREAD);
  only[0] = IDLE_THREAD;
  tids.forEach((tid, index) => {
    if (tid > 0 && tid < only.length) only[tid] = only[tid] === NO_THREAD ? index + 1 : SEVERAL;
  });
  return only;
}
