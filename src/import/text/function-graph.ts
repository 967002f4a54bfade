/**
 * Which functions ran, how long? The text of the function_graph tracer, and of irqsoff and its kin with display-graph.
 * Most of these texts have no stamps: then calls have durations and an order, and the Trace has counts and no times.
 */
import { ImportError, StringTable, timeNs } from "../../base/index.ts";
import { buildThreadTable, NO_TASK_CHANGES, NO_THREAD_NAMES, type Trace } from "../../trace/index.ts";
import { RECOGNIZE_BYTES, type Importer, type TraceRecord } from "../importer.ts";
import { ProblemList } from "../problem-list.ts";
import type { TraceFile } from "../trace-file.ts";
import { ascii, find, textOf } from "./byte-text.ts";
import { countColumns } from "./count-columns.ts";
import { DEFAULT_COLUMNS, graphColumns, parseGraphLine, parseTaskChange, type GraphColumns, type GraphLine, type GraphTask } from "./graph-line.ts";
import { parseBufferStart, parseLoss } from "./header-notes.ts";
import { LineCursor } from "./line-cursor.ts";
import { wholeFile } from "./open-text.ts";
import { readKeyValues } from "./key-values.ts";
import { MAX_CPUS } from "./row-head.ts";

/** A call as it ended. What the text does not say is undefined. */
export interface FunctionCall {
  readonly cpu: number;
  readonly task: GraphTask | undefined;
  /** "" = its begin is not in the text, and its end has no name */
  readonly name: string;
  readonly depth: number;
  /** ns, of the line that began it; the clock of the trace, or since the begin of a latency tracer's section */
  readonly begin: bigint | undefined;
  /** as the kernel measured it; undefined when the end is not in the text */
  readonly durationNs: number | undefined;
  readonly args: string;
  /** `-22` or `0x0`, as the kernel prints it */
  readonly returned: string | undefined;
}

const TITLE = ascii("FUNCTION CALLS");
const RETURNED = /(?:^|[ =])(?:ret=|= ?)(-?\d+|0x[0-9a-f]+)\b/;
/** deeper indents are damage */
const DEEPEST = 1024;
const MOST_LINE = 8192;
const RULE = /^ -{20,}$/;

/** irqsoff and its kin end with a stack, whose line has the latency format */
const STACK_ROW = /-\d{1,10} +(\d{1,4})[A-Za-z.][A-Za-z0-9.]{2,7} +\d+us.: <stack trace>$/;
const stackRow = (cpu: number): GraphLine => ({
  time: undefined,
  cpu,
  task: undefined,
  irqState: "",
  durationNs: undefined,
  depth: 0,
  what: { kind: "event", text: "kernel_stack: <stack trace>" },
});

interface GraphRow extends GraphLine {
  readonly offset: number;
}

interface GraphReading {
  readonly problems: ProblemList;
  columns: GraphColumns;
  hasHeader: boolean;
  onLoss(cpu: number, count: number | undefined): void;
}

const newReading = (onLoss: GraphReading["onLoss"] = () => undefined): GraphReading => ({
  problems: new ProblemList(),
  columns: DEFAULT_COLUMNS,
  hasHeader: false,
  onLoss,
});

/** Rows in the order of the text; a change of task on a CPU is known to the rows behind it. */
function* graphRows(file: TraceFile, reading: GraphReading): Iterable<GraphRow> {
  const lines = new LineCursor(wholeFile(file).pieces());
  const current: (GraphTask | undefined)[] = [];
  let hasLatencyArt = false;
  while (lines.next()) {
    const { bytes, start, end, offset } = lines;
    if (start === end) continue;
    const line = textOf(bytes, start, Math.min(end, start + MOST_LINE));
    if (line.startsWith("#")) {
      const started = parseBufferStart(line);
      if (started !== undefined) continue;
      if (/[_-]=> preempt-depth/.test(line)) hasLatencyArt = true;
      if (line.startsWith("# tracer:")) reading.hasHeader = true;
      const columns = graphColumns(line, hasLatencyArt);
      if (columns !== undefined) reading.columns = columns;
      continue;
    }
    if (RULE.test(line)) continue;
    const change = parseTaskChange(line);
    if (change !== undefined) {
      if (change.cpu < MAX_CPUS) current[change.cpu] = change.to;
      continue;
    }
    const loss = parseLoss(line);
    if (loss !== undefined) {
      reading.onLoss(loss.cpu, loss.count);
      continue;
    }
    const stack = STACK_ROW.exec(line);
    const row = stack === null ? parseGraphLine(line, reading.columns) : stackRow(Number(stack[1]));
    if (row === undefined || row.cpu >= MAX_CPUS || row.depth > DEEPEST) {
      if (line.startsWith(" => ")) continue;
      reading.problems.add({ code: "unreadable-line", message: `a line is no call: ${JSON.stringify(line.slice(0, 60))}`, offset });
    } else yield { ...row, task: row.task ?? current[row.cpu], offset };
  }
}

/** Calls in the order of their ends; those without an end come last. Throws ImportError when no line is a call. */
export function* readFunctionCalls(file: TraceFile): Iterable<FunctionCall> {
  const reading = newReading();
  /** by CPU and task the calls that are open, by depth */
  const open = new Map<string, (FunctionCall | undefined)[]>();
  for (const { cpu, task, depth, time, durationNs, what } of graphRows(file, reading)) {
    if (what.kind === "event" || what.kind === "interrupt") continue;
    const key = `${cpu}/${task?.tid ?? ""}`;
    const calls = open.get(key) ?? [];
    open.set(key, calls);
    const returned = RETURNED.exec(what.comment)?.[1];
    if (what.kind === "leaf") yield { cpu, task, name: what.name, depth, begin: time, durationNs, args: what.args, returned };
    else if (what.kind === "entry")
      calls[depth] = { cpu, task, name: what.name, depth, begin: time, durationNs: undefined, args: what.args, returned: undefined };
    else {
      const begun = calls[depth];
      calls.length = Math.min(calls.length, depth);
      yield { cpu, task, name: begun?.name ?? what.name, depth, begin: begun?.begin, durationNs, args: begun?.args ?? "", returned };
    }
  }
  for (const calls of open.values()) for (const call of calls) if (call !== undefined) yield call;
}

/** records: a leaf is an entry and an exit */
function eventsOf({ what }: GraphRow): string[] {
  switch (what.kind) {
    case "entry":
      return ["funcgraph_entry"];
    case "exit":
      return ["funcgraph_exit"];
    case "leaf":
      return ["funcgraph_entry", "funcgraph_exit"];
    case "event":
      return [/^([\w.$]+):( |$)/.exec(what.text)?.[1] ?? "print"];
    case "interrupt":
      return [];
  }
}

function graphTrace(file: TraceFile): Trace {
  const lost: { cpu: number; count: number | undefined; at: bigint | undefined }[] = [];
  let [first, last] = [undefined as bigint | undefined, undefined as bigint | undefined];
  const reading = newReading((cpu, count) => lost.push({ cpu, count, at: last }));
  const counts = new Map<string, number[]>();
  const tasks = new Map<number, string>();
  let cpus = 1;
  for (const row of graphRows(file, reading)) {
    cpus = Math.max(cpus, row.cpu + 1);
    if (row.task !== undefined) tasks.set(row.task.tid, row.task.comm);
    if (row.time !== undefined) {
      first = first === undefined || row.time < first ? row.time : first;
      last = last === undefined || row.time > last ? row.time : last;
    }
    for (const event of eventsOf(row)) {
      const perCpu = counts.get(event) ?? [];
      counts.set(event, perCpu);
      perCpu[row.cpu] = (perCpu[row.cpu] ?? 0) + 1;
    }
  }
  if (counts.size === 0 && !reading.hasHeader) throw new ImportError("no-events", "no line of the text is a call", { file: file.name, offset: 0 });
  if (first === undefined && counts.size > 0)
    reading.problems.add({ code: "no-stamps", message: "the text says how long functions took, and not when they ran" });
  const base = first ?? 0n;
  const end = Number((last ?? base) - base);
  return {
    clock: { name: "", base },
    begin: timeNs(0),
    end: timeNs(end),
    machine: { cpus, uname: undefined, longSize: 8 },
    strings: new StringTable(),
    symbols: { nameOf: () => undefined },
    stacks: [new Float64Array()],
    threads: buildThreadTable(
      [...tasks].filter(([tid]) => tid !== 0).map(([tid, comm]) => ({ tid, pid: -1, comm, born: Number.NEGATIVE_INFINITY, parentTid: -1, isKernel: false })),
    ),
    threadNames: NO_THREAD_NAMES,
    tables: new Map(),
    taskChanges: NO_TASK_CHANGES,
    counts: countColumns(counts, cpus),
    lost: lost.map(({ cpu, count, at }) => ({
      cpu,
      from: timeNs(at === undefined ? 0 : Number(at - base)),
      to: timeNs(at === undefined ? end : Number(at - base)),
      count,
      buffer: "",
    })),
    unread: [],
    problems: reading.problems.build(),
  };
}

/** In the order of the text: most of these texts have no stamps to order by, and then every time is 0. */
function* graphRecords(file: TraceFile): Iterable<TraceRecord> {
  for (const row of graphRows(file, newReading())) {
    for (const event of eventsOf(row)) {
      const { what } = row;
      const text = what.kind === "event" ? what.text.replace(/^[\w.$]+: ?/, "") : what.kind === "interrupt" ? "" : what.name;
      yield {
        time: row.time ?? 0n,
        cpu: row.cpu,
        tid: row.task?.tid ?? -1,
        comm: row.task?.comm ?? "",
        tgid: -1,
        flags: -1,
        preemptCount: -1,
        buffer: "",
        system: event.startsWith("funcgraph_") ? "ftrace" : "",
        event,
        lostBefore: 0,
        fields: () =>
          what.kind === "event"
            ? readKeyValues(text)
            : [["func", text], ["depth", row.depth], ...(row.durationNs === undefined ? [] : [["duration", row.durationNs] as const])],
        text: () => text,
      };
    }
  }
}

export const functionGraph: Importer = {
  id: "function-graph",
  title: "the text of the function_graph tracer",
  recognizes: (head) => find(head, 0, Math.min(head.length, 8192), TITLE) >= 0 || hasCalls(head),
  open: (file) => ({ trace: () => graphTrace(file), records: () => graphRecords(file) }),
};

const SAMPLE_LINES = 50;

/** A text without its header (trace_pipe): ` 0)   1.234 us    |  f();` */
function hasCalls(head: Uint8Array): boolean {
  const lines = new LineCursor([{ offset: 0, bytes: head.subarray(0, RECOGNIZE_BYTES) }]);
  for (let seen = 0; seen < SAMPLE_LINES && lines.next(); seen++) {
    const line = textOf(lines.bytes, lines.start, Math.min(lines.end, lines.start + MOST_LINE));
    if (parseGraphLine(line, DEFAULT_COLUMNS) !== undefined && /^ +\d+\) /.test(line)) return true;
  }
  return false;
}
