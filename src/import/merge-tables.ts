/** One table from the CPUs' parts, in order of (time, part, position). */
import type { ColumnArray } from "../base/index.ts";
import type { EventTable } from "../trace/index.ts";
import { ARRAYS, type DecodedColumn, type TableBuilder } from "./table-builder.ts";

/** Parts come in order of CPU, and for one CPU in order of buffers: that order decides between equal stamps. */
export interface Part {
  readonly cpu: number;
  readonly builder: TableBuilder;
}

export function mergeByTime(name: string, columns: readonly DecodedColumn[], parts: readonly Part[]): EventTable {
  for (const { builder } of parts) sortByTime(builder);
  const length = parts.reduce((sum, part) => sum + part.builder.length, 0);
  const runs = findRuns(parts, length);
  const gather = <A extends ColumnArray>(into: A, columnOf: (builder: TableBuilder) => ColumnArray): A => {
    copyRuns(into, parts.map((part) => columnOf(part.builder)), runs);
    return into;
  };
  const cpu = new Uint16Array(length);
  for (let run = 0, row = 0; run < runs.count; run++) {
    const size = runs.size[run] as number;
    cpu.fill((parts[runs.part[run] as number] as Part).cpu, row, row + size);
    row += size;
  }
  return {
    name, length, cpu,
    time: gather(new Float64Array(length), (builder) => builder.time),
    flags: gather(new Uint8Array(length), (builder) => builder.flags),
    preemptCount: gather(new Uint8Array(length), (builder) => builder.preempt),
    tid: gather(new Int32Array(length), (builder) => builder.tid),
    fields: Object.fromEntries(columns.map((column, index) => [column.name, gather(new ARRAYS[column.storage](length) as ColumnArray, (builder) => builder.columns[index] as ColumnArray)])),
  };
}

/** Consecutive rows of one part; rows of a part are used in order, so the size is all there is to say. */
interface Runs {
  count: number;
  part: Uint16Array | Uint32Array;
  size: Uint32Array;
}

/** K-way merge with a heap of the parts' heads, ordered by (time, part). */
function findRuns(parts: readonly Part[], length: number): Runs {
  const runs: Runs = { count: 0, part: parts.length < 65_536 ? new Uint16Array(length) : new Uint32Array(length), size: new Uint32Array(length) };
  const cursor = new Uint32Array(parts.length);
  const head = Float64Array.from(parts, ({ builder }) => (builder.length === 0 ? Number.POSITIVE_INFINITY : (builder.time[0] as number)));
  const heap = Int32Array.from(parts.keys());
  const before = (a: number, b: number): boolean => (head[a] as number) < (head[b] as number) || (head[a] === head[b] && a < b);
  const siftDown = (from: number): void => {
    const moving = heap[from] as number;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as number, heap[child] as number)) child++;
      if (!before(heap[child] as number, moving)) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = moving;
  };
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) siftDown(at);
  for (let row = 0; row < length; ) {
    const best = heap[0] as number;
    const { builder } = parts[best] as Part;
    const { time } = builder;
    // the best of the others is one of the root's children
    let rival = heap.length > 1 ? (heap[1] as number) : -1;
    if (heap.length > 2 && before(heap[2] as number, rival)) rival = heap[2] as number;
    const limit = rival < 0 ? Number.POSITIVE_INFINITY : (head[rival] as number);
    const isFirst = best < rival;
    const from = cursor[best] as number;
    let to = from + 1;
    if (limit === Number.POSITIVE_INFINITY) to = builder.length;
    else while (to < builder.length && ((time[to] as number) < limit || (isFirst && time[to] === limit))) to++;
    cursor[best] = to;
    head[best] = to < builder.length ? (time[to] as number) : Number.POSITIVE_INFINITY;
    runs.part[runs.count] = best;
    runs.size[runs.count++] = to - from;
    row += to - from;
    siftDown(0);
  }
  return runs;
}

/** Below this a loop beats a call of TypedArray.set. */
const LONG_RUN = 24;

function copyRuns(into: ColumnArray, sources: readonly ColumnArray[], { count, part, size }: Runs): void {
  const cursor = new Uint32Array(sources.length);
  let row = 0;
  for (let run = 0; run < count; run++) {
    const which = part[run] as number;
    const source = sources[which] as ColumnArray;
    const from = cursor[which] as number;
    const to = from + (size[run] as number);
    cursor[which] = to;
    if (to - from >= LONG_RUN) {
      into.set(source.subarray(from, to) as never, row);
      row += to - from;
    } else for (let index = from; index < to; index++) into[row++] = source[index] as number;
  }
}

/** Stamps of one CPU ascend, except after damage and, by some ns, around NMIs. Then rows are put in order, equal ones as they came. */
function sortByTime(builder: TableBuilder): void {
  const { time, length } = builder;
  let row = 1;
  while (row < length && (time[row - 1] as number) <= (time[row] as number)) row++;
  if (row >= length) return;
  const order = Uint32Array.from({ length }, (_, index) => index).sort((a, b) => (time[a] as number) - (time[b] as number) || a - b);
  const sorted = <A extends ColumnArray>(column: A): A => {
    const copy = column.slice(0, length) as A;
    for (let index = 0; index < length; index++) copy[index] = column[order[index] as number] as number;
    return copy;
  };
  builder.time = sorted(time);
  builder.flags = sorted(builder.flags);
  builder.preempt = sorted(builder.preempt);
  builder.tid = sorted(builder.tid);
  builder.columns.forEach((column, index) => {
    builder.columns[index] = sorted(column);
  });
}
