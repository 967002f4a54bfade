/** What does a recording say, in some lines for people and for goldens? Counts, columns, threads, losses, problems, its first and last records. */
import { createHash } from "node:crypto";
import { traceTextLine } from "../../src/export/index.ts";
import type { OpenedRecording, TraceRecord } from "../../src/import/importer.ts";
import type { EventTable, Trace } from "../../src/trace/index.ts";

const SHOWN_THREADS = 12;
const SHOWN_RECORDS = 4;

export function dumpRecording(importer: string, recording: OpenedRecording): string {
  const trace = recording.trace();
  const { clock, machine, begin, end } = trace;
  const lines = [
    `importer ${importer}`,
    `clock ${clock.name === "" ? "(not said)" : clock.name} base ${clock.base} begin ${begin} end ${end}`,
    `machine ${machine.cpus} CPUs, longs of ${machine.longSize}, ${machine.uname ?? "(not said)"}`,
    "",
    "events, by CPU",
    ...sortedCounts(trace),
    "",
    "tables: rows, columns, sum of all values",
    ...[...trace.tables.values()].map((table) => `  ${table.name} ${table.length}: ${Object.keys(table.fields).join(" ")}; ${sumOf(trace, table)}`),
    "",
    ...threadLines(trace),
    "",
    `losses: ${trace.lost.length}`,
    ...trace.lost
      .slice(0, 10)
      .map(({ cpu, buffer, from, to, count }) => `  CPU ${cpu}${buffer === "" ? "" : ` of ${buffer}`} ${from}..${to}: ${count ?? "some"}`),
    `problems: ${trace.problems.length}`,
    ...trace.problems.slice(0, 10).map(({ code, message }) => `  ${code}: ${message}`),
    ...(recording.latency === undefined ? [] : [`latency: ${JSON.stringify(withoutEvents(recording.latency()))}`]),
    "",
    ...recordLines(recording),
  ];
  return `${lines.join("\n")}\n`;
}

export const sortedCounts = (trace: Trace): string[] =>
  [...trace.counts]
    .filter(([, { perCpu }]) => perCpu.some((count) => count > 0))
    .map(([name, { perCpu }]) => `  ${name} ${[...perCpu].join(" ")}`)
    .sort();

const withoutEvents = (report: object): object => Object.fromEntries(Object.entries(report).filter(([, value]) => !Array.isArray(value) || value.length < 20));

function threadLines({ threads }: Trace): string[] {
  const lines = Array.from({ length: Math.min(threads.length, SHOWN_THREADS) }, (_, index) => {
    const { tid, pid, comm, born, parent, isKernel } = threads.row(index as never);
    const birth = born === Number.NEGATIVE_INFINITY ? "" : ` born ${born} of ${(parent as number) < 0 ? "?" : threads.row(parent).tid}`;
    return `  ${tid} of ${pid < 0 ? "?" : pid} ${JSON.stringify(comm)}${isKernel ? " kernel" : ""}${birth}`;
  });
  return [`threads: ${threads.length}`, ...lines];
}

/** Ten digits stand for all values of a table: what they are can be seen in the records. */
function sumOf({ strings, stacks }: Trace, table: EventTable): string {
  const hash = createHash("sha256");
  for (const column of [table.time, table.cpu, table.tid, table.flags, table.preemptCount]) hash.update(Float64Array.from(column));
  for (const [name, column] of Object.entries(table.fields)) hash.update(`${name}\0`).update(Float64Array.from(column));
  // ids mean nothing without what they stand for
  for (let id = 0; id < strings.length; id++) hash.update(`${strings.get(id)}\0`);
  for (const stack of stacks) hash.update(stack);
  return hash.digest("hex").slice(0, 10);
}

function recordLines(recording: OpenedRecording): string[] {
  const first: string[] = [];
  const last: string[] = [];
  const kinds = new Map<string, string>();
  let count = 0;
  for (const record of recording.records()) {
    const isFirst = count < SHOWN_RECORDS;
    const isNew = !kinds.has(record.event);
    count++;
    const line = isFirst || isNew ? describe(record) : "";
    if (isFirst) first.push(line);
    else if (isNew) kinds.set(record.event, line);
    if (isFirst && isNew) kinds.set(record.event, "");
    last.push(isFirst ? "" : shortOf(record));
    if (last.length > SHOWN_RECORDS) last.shift();
  }
  return [
    `records: ${count}`,
    ...first,
    "the first one of each other event",
    ...[...kinds.values()].filter((line) => line !== ""),
    "the last ones",
    ...last.filter((line) => line !== ""),
  ];
}

function describe(record: TraceRecord): string {
  const fields = record
    .fields()
    .map(([name, value]) => `${name}=${typeof value === "object" ? `[${value.join(",")}]` : JSON.stringify(String(value)).slice(1, -1)}`);
  const from = `${record.buffer === "" ? "" : `${record.buffer} `}${record.system === "" ? "?" : record.system} tgid ${record.tgid} flags ${record.flags}/${record.preemptCount}`;
  const lost = record.lostBefore === 0 ? "" : ` lost before: ${record.lostBefore}`;
  return `${shortOf(record)}\n      ${from}${lost} ${fields.join(" ")}`.trimEnd();
}

const shortOf = (record: TraceRecord): string => `  ${traceTextLine(record, true).trimEnd().replaceAll("\n", "\n      ")}`;
