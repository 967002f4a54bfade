/** What does every Trace and every record keep, whatever it was made of? */
import type { TraceRecord } from "../../src/import/index.ts";
import type { Trace } from "../../src/trace/index.ts";

/** Throws for a promise that is broken. */
export function checkTrace(trace: Trace): void {
  for (const table of trace.tables.values()) {
    const columns = [table.cpu, table.flags, table.preemptCount, table.tid, ...Object.values(table.fields)];
    for (const column of [table.time, ...columns]) if (column.length !== table.length) throw new Error(`${table.name}: columns of different lengths`);
    for (let row = 0; row < table.length; row++) {
      const time = table.time[row] as number;
      if (!Number.isFinite(time)) throw new Error(`${table.name}: a time that is no number`);
      if (row > 0 && time < (table.time[row - 1] as number)) throw new Error(`${table.name}: rows out of order`);
    }
  }
  for (const { from, to } of trace.lost) if (!(from <= to)) throw new Error("a loss ends before it begins");
  if (!(trace.begin <= trace.end)) throw new Error("the recording ends before it begins");
  for (const { code, message } of trace.problems) if (code === "" || message === "") throw new Error("a problem without words");
}

/** `size`: bytes of the input. No record takes less than one, so there is an end. Order is not promised: records are not held back, and broken stamps go backwards. */
export function checkRecords(records: Iterable<TraceRecord>, size: number): void {
  let count = 0;
  for (const record of records) {
    if (typeof record.time !== "bigint") throw new Error("a record without time");
    for (const [name, value] of record.fields()) if (name === "" || value === undefined) throw new Error("a field without name or value");
    if (typeof record.text() !== "string") throw new Error("a record without text");
    if (++count > size) throw new Error(`more than ${size} records in as many bytes`);
  }
}
