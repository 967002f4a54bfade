/**
 * How does a recording look as the kernel's own `trace` file, so that Perfetto, Trace Compass and scripts read it?
 *
 * Decisions: seconds have 9 decimals, the kernel's 6 rounded would let events a few hundred ns apart fall together;
 * Perfetto takes any number of them, Trace Compass too, and `trace-cmd report -t` writes the same. The latency column has
 * the five characters of kernels since 5.15, for readers refuse more. One record is one line, but for stacks: a marker's
 * own newlines become \x0a, or it could write lines that look like events. The line of the kernel that counts entries is
 * left out: their number is not known before the end, and no reader asks for it. An event that two buffers recorded is one line.
 */
import { printable } from "../base/index.ts";
import { hasLazyRescheduling, latencyColumn } from "./latency-column.ts";
import type { OpenedRecording, TraceRecord } from "./recording.ts";

const HEADER = `# tracer: nop
#
#                                _-----=> irqs-off/BH-disabled
#                               / _----=> need-resched
#                              | / _---=> hardirq/softirq
#                              || / _--=> preempt-depth
#                              ||| / _-=> migrate-disable
#                              |||| /     delay
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
#              | |         |   |||||     |         |
`;

/** Their lines are the text. */
const STACKS: ReadonlySet<string> = new Set(["kernel_stack", "user_stack"]);
/** trace_clocks[] of kernel/trace/trace.c: those that do not count ns. */
const NOT_NS: ReadonlySet<string> = new Set(["counter", "uptime", "x86-tsc", "ppc-tb"]);

/** Lines with their newline, the header first. */
export function* traceTextLines(recording: Pick<OpenedRecording, "records" | "parts">): Generator<string> {
  yield HEADER;
  const { parts } = recording;
  const hasLazy = hasLazyRescheduling(parts?.uname);
  const isNs = parts === undefined || parts.conversion !== undefined || !NOT_NS.has(parts.clock);
  for (const record of recording.records({ once: true })) {
    if (record.lostBefore !== 0) yield `CPU:${record.cpu} [LOST ${record.lostBefore > 0 ? `${record.lostBefore} ` : ""}EVENTS]\n`;
    yield traceTextLine(record, hasLazy, isNs);
  }
}

export function traceTextLine(record: TraceRecord, hasLazy: boolean, isNs = true): string {
  const comm = padded(printable(record.comm === "" ? "<...>" : record.comm));
  const column = latencyColumn(record.flags, record.preemptCount, hasLazy);
  return `${comm}-${String(record.tid).padEnd(7)} [${String(record.cpu).padStart(3, "0")}] ${column} ${timeText(record.time, isNs)}: ${bodyText(record)}\n`;
}

/** `%16s` counts bytes, and readers look for the dash in that column. */
const padded = (name: string): string => " ".repeat(Math.max(0, 16 - Buffer.byteLength(name))) + name;

function bodyText(record: TraceRecord): string {
  const body = record.body?.() ?? `${record.event}: ${record.text()}`;
  return STACKS.has(record.event) ? body.split("\n").map(printable).join("\n") : printable(body);
}

/** ` %5lu.%09lu`, or the bare number of another clock. */
function timeText(time: bigint, isNs: boolean): string {
  if (!isNs) return String(time).padStart(12);
  const digits = String(time).padStart(10, "0");
  return `${digits.slice(0, -9).padStart(5)}.${digits.slice(-9)}`;
}
