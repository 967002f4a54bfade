/**
 * What did a latency tracer find? irqsoff, preemptoff, preemptirqsoff, wakeup, wakeup_rt, wakeup_dl: the longest section, who was
 * in it, where it began and ended. Header: kernel/trace/trace.c, print_trace_header, of Linux 6.1; newer ones have the same lines.
 */
import { ImportError } from "../../base/index.ts";
import type { Importer } from "../importer.ts";
import type { LatencyReport, LatencyRow } from "../latency-types.ts";
import { makeTextImporter, textRowsOf, type TextWriter } from "./open-text.ts";
import { SHORT_NAME_COLUMN, parseLatencyHead, parseVerboseHead, type ParseHead } from "./row-head.ts";
import { textOf, ascii, find } from "./byte-text.ts";
import type { TraceFile } from "../trace-file.ts";

const HEADER = ascii(" latency trace v");

const parseHead: ParseHead = (bytes, start, end, head, layout) =>
  parseLatencyHead(bytes, start, end, head, layout) || parseVerboseHead(bytes, start, end, head, { shift: 0 });

export const LATENCY_TEXT: TextWriter = {
  id: "latency-text",
  title: "the text of a latency tracer",
  dialect: { parseHead, hasChains: false, nameColumns: [SHORT_NAME_COLUMN] },
  recognizes: (head) => find(head, 0, Math.min(head.length, 4096), HEADER) >= 0,
};

const plain = makeTextImporter(LATENCY_TEXT);

export const latencyText: Importer = {
  ...plain,
  open: (file, options) => ({ ...plain.open(file, options), latency: () => readLatencyReport(file) }),
};

/** Throws ImportError when there is no latency header: the tracer has found nothing, or it is another text. */
export function readLatencyReport(file: TraceFile): LatencyReport {
  const { cursor, names, notes, columns, symbols, problems } = textRowsOf(file, LATENCY_TEXT).open();
  const events: LatencyRow[] = [];
  let stack: string[] = [];
  while (cursor.next()) {
    const { head, bytes } = cursor;
    const state = head.flags >= 0 ? { flags: head.flags, preempt: head.preempt } : columns.read(bytes, head.columnFrom, head.columnTo);
    if (cursor.event === names.kernelStack) stack = cursor.frames.map((frame) => symbols.nameOf(frame) ?? `0x${frame.toString(16)}`);
    events.push({
      timeUs: (head.sec * 1e9 + head.ns) / 1000,
      cpu: head.cpu,
      tid: head.tid,
      comm: textOf(bytes, head.nameFrom, head.nameTo),
      flags: state.flags,
      preemptCount: state.preempt,
      event: names.strings.get(cursor.event),
      text: cursor.event === names.kernelStack ? "<stack trace>" : cursor.text(),
    });
  }
  return { ...readHeader(notes.lines, file.name), events, stack, problems: problems.build() };
}

function readHeader(lines: readonly string[], file: string): Omit<LatencyReport, "events" | "stack" | "problems"> {
  const first = (pattern: RegExp): RegExpExecArray | undefined => lines.map((line) => pattern.exec(line)).find((match) => match !== null) ?? undefined;
  const title = first(/^# (\S+) latency trace v\S+ on (.*)$/);
  const latency = first(/^# latency: (\d+) us, #(\d+)\/(\d+), CPU#(\d+) \| \(M:(.*?) VP:/);
  if (title === undefined || latency === undefined)
    throw new ImportError("no-latency", "the text has no latency header: the tracer found nothing, or this is another text", { file, offset: 0 });
  const task = first(/^# +\| task: (.*)-(\d+) \(uid:(\d+) nice:(-?\d+) policy:(\d+) rt_prio:(\d+)\)$/);
  const [, latencyUs, kept, written, cpu, preemption = ""] = latency;
  return {
    tracer: title[1] as string,
    kernel: title[2] as string,
    latencyUs: Number(latencyUs),
    cpu: Number(cpu),
    preemption,
    task:
      // `task: -0`: no section was recorded, the header is that of an ordinary trace
      task === undefined || (task[1] === "" && task[2] === "0")
        ? undefined
        : { comm: task[1] as string, pid: Number(task[2]), uid: Number(task[3]), nice: Number(task[4]), policy: Number(task[5]), rtPrio: Number(task[6]) },
    startedAt: first(/^# +=> started at: (.+?)\s*$/)?.[1],
    endedAt: first(/^# +=> ended at: +(.+?)\s*$/)?.[1],
    entries: { kept: Number(kept), written: Number(written) },
    isTruncated: Number(written) > Number(kept),
  };
}
