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
  /** All threads of a process that were ever seen. */
  ofProcess(pid: number): readonly ThreadIndex[];
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
  const at = (tid: number, time: number): ThreadIndex => {
    if (tid === 0) return IDLE_THREAD;
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
  return { length: rows.length, row: (index) => rows[index] as ThreadRow, at, ofProcess: (pid) => byProcess.get(pid) ?? [] };
}
