/** One table from the CPUs' parts, in order of (time, cpu), stable. Each part is already sorted by time. */
import type { ColumnArray } from "../base/index.ts";
import type { EventTable } from "../trace/index.ts";
import type { DecodedColumn, TableBuilder } from "./table-builder.ts";

interface Part {
  readonly cpu: number;
  readonly builder: TableBuilder;
}

const ARRAYS = { f64: Float64Array, i32: Int32Array, u32: Uint32Array, u16: Uint16Array, u8: Uint8Array } as const;

export function mergeByTime(name: string, columns: readonly DecodedColumn[], parts: readonly Part[]): EventTable {
  const length = parts.reduce((sum, part) => sum + part.builder.length, 0);
  const time = new Float64Array(length);
  const cpu = new Uint16Array(length);
  const flags = new Uint8Array(length);
  const preemptCount = new Uint8Array(length);
  const tid = new Int32Array(length);
  const merged = columns.map((column) => new ARRAYS[column.storage](length) as ColumnArray);
  const cursor = new Int32Array(parts.length);
  let row = 0;
  while (row < length) {
    // the part with the earliest head, and the time up to which it stays the earliest: runs are copied whole
    let best = -1;
    let first = Number.POSITIVE_INFINITY;
    let second = Number.POSITIVE_INFINITY;
    let secondPart = -1;
    for (let index = 0; index < parts.length; index++) {
      const builder = (parts[index] as Part).builder;
      const at = cursor[index] as number;
      if (at === builder.length) continue;
      const head = builder.time[at] as number;
      if (head < first) {
        second = first;
        secondPart = best;
        first = head;
        best = index;
      } else if (head < second) {
        second = head;
        secondPart = index;
      }
    }
    const part = parts[best] as Part;
    const { builder } = part;
    const from = cursor[best] as number;
    let to = from + 1;
    // equal stamps: the lower index (the lower CPU of the same buffer) goes first
    const inclusive = best < secondPart;
    while (to < builder.length && ((builder.time[to] as number) < second || (inclusive && builder.time[to] === second))) to++;
    cursor[best] = to;
    const count = to - from;
    if (count < 16) {
      for (let index = from, out = row; index < to; index++, out++) {
        time[out] = builder.time[index] as number;
        flags[out] = builder.flags[index] as number;
        preemptCount[out] = builder.preempt[index] as number;
        tid[out] = builder.tid[index] as number;
        for (let column = 0; column < merged.length; column++) (merged[column] as Float64Array)[out] = (builder.columns[column] as Float64Array)[index] as number;
      }
    } else {
      time.set(builder.time.subarray(from, to), row);
      flags.set(builder.flags.subarray(from, to), row);
      preemptCount.set(builder.preempt.subarray(from, to), row);
      tid.set(builder.tid.subarray(from, to), row);
      for (let column = 0; column < merged.length; column++) (merged[column] as Float64Array).set((builder.columns[column] as Float64Array).subarray(from, to), row);
    }
    cpu.fill(part.cpu, row, row + count);
    row += count;
  }
  return { name, length, time, cpu, flags, preemptCount, tid, fields: Object.fromEntries(columns.map((column, index) => [column.name, merged[index] as ColumnArray])) };
}
