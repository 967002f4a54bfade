/**
 * One line of the function_graph tracer. Columns are optional, the header's title line says which there are:
 * `   36.955265 |   1)   init.sh-1    |  ...1. | + 15.078 us   |  mutex_unlock();`  Source: kernel/trace/trace_functions_graph.c, 6.1.
 */

export interface GraphColumns {
  readonly time: "absolute" | "relative" | "none";
  readonly cpu: boolean;
  readonly task: boolean;
  readonly latency: boolean;
  readonly duration: boolean;
}

export const DEFAULT_COLUMNS: GraphColumns = { time: "none", cpu: true, task: false, latency: false, duration: true };

export type GraphText =
  | { readonly kind: "entry" | "leaf"; readonly name: string; readonly args: string; readonly comment: string }
  /** `name` "" = the line has only a brace */
  | { readonly kind: "exit"; readonly name: string; readonly comment: string }
  | { readonly kind: "event"; readonly text: string }
  | { readonly kind: "interrupt"; readonly isBegin: boolean };

export interface GraphLine {
  /** ns; undefined without the column */
  readonly time: bigint | undefined;
  readonly cpu: number;
  readonly task: GraphTask | undefined;
  /** "" without the column */
  readonly irqState: string;
  readonly durationNs: number | undefined;
  readonly depth: number;
  readonly what: GraphText;
}

/** The name is cut to 7 bytes. */
export interface GraphTask {
  readonly comm: string;
  readonly tid: number;
}

const ABSOLUTE = /^ *(\d{1,12})\.(\d{6}) \| {2}/;
const RELATIVE = /^ *(\d{1,15}) us \| {2}/;
const CPU = /^ +(\d{1,4})\) /;
const LATENCY = /^ ?([A-Za-z0-9.]{4,8}) \| /;
const DURATION = /^(?:[$@*#!+ ] ?)? *(?:(\d{1,15})(?:\.(\d{1,3}))? us *|(=+>|<=+) *)?\| {0,2}/;
const TASK_WIDTH = 14;
const MOST_TASK = 24;

/** The title line of the header; undefined when the line is not it. */
export function graphColumns(line: string, hasLatencyArt: boolean): GraphColumns | undefined {
  if (!line.startsWith("#") || !line.includes("FUNCTION CALLS")) return undefined;
  return {
    time: line.includes("REL TIME") ? "relative" : line.includes("TIME") ? "absolute" : "none",
    cpu: line.includes("CPU"),
    task: line.includes("TASK/PID"),
    latency: hasLatencyArt,
    duration: line.includes("DURATION"),
  };
}

/** undefined when the line is not of this shape. */
export function parseGraphLine(line: string, columns: GraphColumns): GraphLine | undefined {
  let rest = line;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const match = pattern.exec(rest);
    if (match === null) return undefined;
    rest = rest.slice(match[0].length);
    return match;
  };
  let time: bigint | undefined;
  if (columns.time !== "none") {
    const match = take(columns.time === "absolute" ? ABSOLUTE : RELATIVE);
    if (match === undefined) return undefined;
    time = columns.time === "absolute" ? BigInt(match[1] as string) * 1_000_000_000n + BigInt(match[2] as string) * 1000n : BigInt(match[1] as string) * 1000n;
  }
  const cpu = columns.cpu ? take(CPU) : undefined;
  if (columns.cpu && cpu === undefined) return undefined;
  let task: GraphTask | undefined;
  if (columns.task) {
    const end = taskEnd(rest);
    if (end < 0) return undefined;
    task = parseTask(rest.slice(0, end));
    rest = rest.slice(end + 3);
  }
  const latency = columns.latency ? take(LATENCY) : undefined;
  if (columns.latency && latency === undefined) return undefined;
  const duration = columns.duration ? take(DURATION) : undefined;
  if (columns.duration && duration === undefined) return undefined;
  const indent = rest.length - rest.trimStart().length;
  const what = duration?.[3] === undefined ? parseGraphText(rest.trim()) : ({ kind: "interrupt", isBegin: duration[3].endsWith(">") } as const);
  if (what === undefined) return undefined;
  return {
    time,
    cpu: Number(cpu?.[1] ?? 0),
    task,
    irqState: latency?.[1] ?? "",
    durationNs: duration?.[1] === undefined ? undefined : Number(duration[1]) * 1000 + Number((duration[2] ?? "").padEnd(3, "0")),
    depth: indent >> 1,
    what,
  };
}

/** 14 columns, more for a long pid, then ` | `; a name cannot reach that far. */
function taskEnd(rest: string): number {
  const end = rest.indexOf(" | ", TASK_WIDTH);
  return end > MOST_TASK ? -1 : end;
}

/** `comm-pid` in blanks, also as the separator line of a change of task has it twice */
export function parseTask(text: string): GraphTask | undefined {
  const match = /^ *(.*)-(\d{1,10}) *$/.exec(text);
  return match === null ? undefined : { comm: match[1] as string, tid: Number(match[2]) };
}

/** ` 0)    bash-1234    =>   sshd-99     `; undefined for other lines. */
export function parseTaskChange(line: string): { cpu: number; to: GraphTask } | undefined {
  const cpu = CPU.exec(line);
  const arrow = line.lastIndexOf(" => ");
  if (cpu === null || arrow < 0 || line.includes("|") || line.length > 80) return undefined;
  const to = parseTask(line.slice(arrow + 4));
  return to === undefined ? undefined : { cpu: Number(cpu[1]), to };
}

function parseGraphText(text: string): GraphText | undefined {
  if (text.startsWith("}")) {
    const comment = commentOf(text);
    return { kind: "exit", name: /^[^ =]+/.exec(comment)?.[0] ?? "", comment };
  }
  if (text.startsWith("/*")) return { kind: "event", text: commentOf(text) };
  const open = text.indexOf("(");
  if (open <= 0) return undefined;
  const comment = commentOf(text);
  const call = (text.includes("/*") ? text.slice(0, text.indexOf("/*")) : text).trimEnd();
  const close = call.lastIndexOf(")");
  const tail = call.slice(close + 1).trim();
  if (close < open || (tail !== ";" && tail !== "{")) return undefined;
  const name = text.slice(0, open).split(" ")[0] as string;
  return { kind: tail === ";" ? "leaf" : "entry", name, args: call.slice(open + 1, close), comment };
}

function commentOf(text: string): string {
  const from = text.indexOf("/*");
  const to = text.lastIndexOf("*/");
  return from < 0 ? "" : text.slice(from + 2, to > from ? to : text.length).trim();
}
