/**
 * Who, where, when: the part of a line before the event. Shapes: kernel/trace/trace_output.c (trace_print_context,
 * trace_print_lat_context, print_trace_fmt of verbose), trace-cmd's trace-read.c, perf's builtin-script.c.
 *
 * A task may call itself anything of up to 15 bytes, a whole `-1 [000] 1: ` too. Writers put the name into a column of fixed
 * width, so in a file whose lines are so aligned only an aligned line is a row. In a file that was trimmed by hand the first
 * complete context is taken: with at least MIN_CONTEXT bytes no name can hold one.
 */
import { BLANK, COLON, DASH, DOT, isDigit, skipBlanks, indexOfByte } from "./byte-text.ts";

/** TASK_COMM_LEN is 16 with its NUL; `%16s` puts the dash into column 16, `%8.8s` into column 8. */
export const NAME_COLUMN = 16;
export const SHORT_NAME_COLUMN = 8;
/** more than a name has: `-1 [000] 1.000000: ` are 19 */
const MIN_CONTEXT = 17;
/** a buffer's name is a directory's */
const LONGEST_PREFIX = 260;
/** NR_CPUS of the largest distribution kernels */
export const MAX_CPUS = 8192;
/** digits of 2^64 */
const MAX_DIGITS = 20;

export class RowHead {
  tid = 0;
  /** process; -1 = the line does not say */
  tgid = -1;
  cpu = 0;
  nameFrom = 0;
  nameTo = 0;
  /** interrupt and preemption state; empty when there is none */
  columnFrom = 0;
  columnTo = 0;
  /** the stamp: sec * 10^9 + ns, ns of a clock or its bare units */
  sec = 0;
  ns = 0;
  hasFraction = true;
  /** name of the buffer before the line, `inst1` of `inst1:`; empty = main */
  bufferFrom = 0;
  bufferTo = 0;
  bodyFrom = 0;
  /** raw flags and preempt count where the line has them as numbers; -1 = in the column */
  flags = -1;
  preempt = -1;
  /** perf only: `sched` of `sched:sched_switch` */
  systemFrom = 0;
  systemTo = 0;
}

/** How the lines of one file are laid out. */
export interface RowLayout {
  /** bytes before the name's column (a buffer's name); -1 = lines are not aligned */
  readonly shift: number;
}

export type ParseHead = (bytes: Uint8Array, start: number, end: number, head: RowHead, layout: RowLayout) => boolean;

/** `comm-pid (tgid) [cpu] column stamp: ` */
export const parseDefaultHead: ParseHead = (bytes, start, end, head, layout) => withName(bytes, start, end, head, layout, NAME_COLUMN, defaultContext);

/** `comm-pid cpu+column stamp: `, the name cut to 8 bytes; `stamp` is `12us+`, `12` or, by trace-cmd -l, `1.000012` */
export const parseLatencyHead: ParseHead = (bytes, start, end, head, layout) => withName(bytes, start, end, head, layout, SHORT_NAME_COLUMN, latencyContext);

/** trace-cmd writes either */
export const parseReportHead: ParseHead = (bytes, start, end, head, layout) =>
  parseDefaultHead(bytes, start, end, head, layout) || parseLatencyHead(bytes, start, end, head, layout);

type Context = (bytes: Uint8Array, dash: number, end: number, head: RowHead) => number;

function withName(bytes: Uint8Array, start: number, end: number, head: RowHead, layout: RowLayout, column: number, context: Context): boolean {
  if (layout.shift >= 0) {
    const dash = start + layout.shift + column;
    if (dash >= end || bytes[dash] !== DASH) return false;
    const body = context(bytes, dash, end, head);
    return body >= 0 && place(bytes, start, dash, column, body, head);
  }
  const limit = Math.min(end, start + LONGEST_PREFIX + column + 1);
  for (let at = start; at < limit; at++) {
    if (bytes[at] !== DASH) continue;
    const body = context(bytes, at, end, head);
    if (body - at >= MIN_CONTEXT && place(bytes, start, at, column, body, head)) return true;
  }
  return false;
}

/** The name and what is before it; false when that is neither blank nor `NAME:`. */
function place(bytes: Uint8Array, start: number, dash: number, column: number, body: number, head: RowHead): boolean {
  const nameFrom = Math.max(start, dash - column);
  let prefixTo = nameFrom;
  while (prefixTo > start && bytes[prefixTo - 1] === BLANK) prefixTo--;
  if (prefixTo > start && bytes[prefixTo - 1] !== COLON) return false;
  head.bufferFrom = start;
  head.bufferTo = Math.max(start, prefixTo - 1);
  head.nameFrom = skipBlanks(bytes, nameFrom, dash);
  head.nameTo = dash;
  head.bodyFrom = body;
  head.systemTo = 0;
  head.systemFrom = 0;
  return true;
}

function defaultContext(bytes: Uint8Array, dash: number, end: number, head: RowHead): number {
  let at = readTid(bytes, dash + 1, end, head);
  if (at < 0) return -1;
  const blank = at;
  at = skipBlanks(bytes, at, end);
  head.tgid = -1;
  if (bytes[at] === 0x28) at = readTgid(bytes, at + 1, end, head);
  else if (at === blank) return -1;
  if (at < 0 || at >= end || bytes[at] !== 0x5b) return -1;
  at = readCpu(bytes, at + 1, end, head);
  if (at < 0 || bytes[at] !== 0x5d) return -1;
  at = skipBlanks(bytes, at + 1, end);
  head.columnFrom = at;
  head.columnTo = at;
  head.flags = -1;
  if (!isDigit(bytes[at])) {
    at = columnEnd(bytes, at, end);
    if (at - head.columnFrom < 3 || bytes[at] !== BLANK) return -1;
    head.columnTo = at;
    at = skipBlanks(bytes, at, end);
  }
  return readStamp(bytes, at, end, head);
}

function latencyContext(bytes: Uint8Array, dash: number, end: number, head: RowHead): number {
  let at = readTid(bytes, dash + 1, end, head);
  if (at < 0 || bytes[at] !== BLANK) return -1;
  at = readCpu(bytes, skipBlanks(bytes, at, end), end, head);
  if (at < 0) return -1;
  head.tgid = -1;
  head.flags = -1;
  head.columnFrom = at;
  at = columnEnd(bytes, at, end);
  head.columnTo = at;
  if (at - head.columnFrom < 4 || bytes[at] !== BLANK) return -1;
  at = skipBlanks(bytes, at, end);
  const stop = digitsEnd(bytes, at, end);
  if (bytes[stop] !== 0x75 || bytes[stop + 1] !== 0x73) {
    if (bytes[stop] === DOT) return readStamp(bytes, at, end, head);
    return setStamp(bytes, at, stop, 1, head) ? bodyAfter(bytes, stop, end) : -1;
  }
  // one mark for the time to the next row, or a blank, then the colon: `us+: `
  return stop + 3 < end && setStamp(bytes, at, stop, 1000, head) ? bodyAfter(bytes, stop + 3, end) : -1;
}

/** `%16s %7d %3d %d %08x %08lx [%08llx] MS.USms (+MS.USms): `: name, tid, cpu, flags, preempt count, index, absolute stamp, stamp from the begin */
export const parseVerboseHead: ParseHead = (bytes, start, end, head, layout) => {
  const nameTo = start + Math.max(0, layout.shift) + NAME_COLUMN;
  if (nameTo >= end || bytes[nameTo] !== BLANK) return false;
  let at = readTid(bytes, skipBlanks(bytes, nameTo, end), end, head);
  if (at < 0) return false;
  at = readCpu(bytes, skipBlanks(bytes, at, end), end, head);
  if (at < 0) return false;
  const flagsFrom = skipBlanks(bytes, at, end);
  at = digitsEnd(bytes, flagsFrom, end);
  head.flags = Math.min(0xff, number(bytes, flagsFrom, at));
  const preemptFrom = skipBlanks(bytes, at, end);
  at = indexOfByte(bytes, BLANK, preemptFrom, end);
  if (at < 0) return false;
  head.preempt = hex(bytes, preemptFrom, at) & 0xff;
  const bracket = indexOfByte(bytes, 0x5d, at, Math.min(end, at + 40));
  if (bracket < 0) return false;
  at = skipBlanks(bytes, bracket + 1, end);
  const stop = digitsEnd(bytes, at, end);
  const micros = digitsEnd(bytes, stop + 1, end);
  if (bytes[stop] !== DOT || micros - stop !== 4 || bytes[micros] !== 0x6d) return false;
  const colon = indexOfByte(bytes, COLON, micros, Math.min(end, micros + 40));
  if (colon < 0) return false;
  if (!setStamp(bytes, at, stop, 1_000_000, head)) return false;
  addNs(head, number(bytes, stop + 1, micros) * 1000);
  head.tgid = -1;
  head.columnFrom = head.columnTo = at;
  return place(bytes, start, nameTo, NAME_COLUMN, bodyAfter(bytes, colon, end), head);
};

/** `comm pid[/tid] [cpu] stamp: system:event: `; the name is `%16s`, or as long as it is when call chains follow */
export const parsePerfHead: ParseHead = (bytes, start, end, head, layout) => {
  if (bytes[start] === TAB_BYTE) return false;
  if (layout.shift >= 0) {
    const blank = start + NAME_COLUMN;
    return blank < end && bytes[blank] === BLANK && perfContext(bytes, start, blank, end, head) >= 0;
  }
  const limit = Math.min(end, start + NAME_COLUMN + 1);
  for (let at = start + 1; at < limit; at++) {
    if (bytes[at] !== BLANK || bytes[at - 1] === BLANK) continue;
    if (perfContext(bytes, start, at, end, head) - at >= MIN_CONTEXT) return true;
  }
  return false;
};
const TAB_BYTE = 0x09;

function perfContext(bytes: Uint8Array, start: number, blank: number, end: number, head: RowHead): number {
  let at = readTid(bytes, skipBlanks(bytes, blank, end), end, head);
  if (at < 0) return -1;
  head.tgid = -1;
  if (bytes[at] === 0x2f) {
    head.tgid = head.tid;
    at = readTid(bytes, at + 1, end, head);
    if (at < 0) return -1;
  }
  at = skipBlanks(bytes, at, end);
  if (bytes[at] !== 0x5b) return -1;
  at = readCpu(bytes, at + 1, end, head);
  if (at < 0 || bytes[at] !== 0x5d) return -1;
  at = skipBlanks(bytes, at + 1, end);
  head.columnFrom = at;
  if (!isDigit(bytes[at])) {
    at = columnEnd(bytes, at, end);
    if (at - head.columnFrom < 3 || bytes[at] !== BLANK) return -1;
    head.columnTo = at;
    at = skipBlanks(bytes, at, end);
  } else head.columnTo = at;
  at = readStamp(bytes, at, end, head);
  if (at < 0) return -1;
  head.flags = -1;
  at = skipBlanks(bytes, at, end);
  // a period may stand before the event
  const afterNumber = skipBlanks(bytes, digitsEnd(bytes, at, end), end);
  const eventFrom = afterNumber < end && bytes[digitsEnd(bytes, at, end)] === BLANK ? afterNumber : at;
  const colon = indexOfByte(bytes, COLON, eventFrom, Math.min(end - 1, eventFrom + 64));
  if (colon < 0) return -1;
  head.nameFrom = skipBlanks(bytes, start, blank);
  head.nameTo = blank;
  head.bufferFrom = head.bufferTo = start;
  const hasSystem = bytes[colon + 1] !== BLANK;
  head.systemFrom = eventFrom;
  head.systemTo = hasSystem ? colon : eventFrom;
  head.bodyFrom = hasSystem ? colon + 1 : eventFrom;
  return head.bodyFrom;
}

function readTid(bytes: Uint8Array, from: number, end: number, head: RowHead): number {
  const stop = digitsEnd(bytes, from, end);
  if (stop === from || stop - from > 10) return -1;
  head.tid = number(bytes, from, stop);
  return stop;
}

function readTgid(bytes: Uint8Array, from: number, end: number, head: RowHead): number {
  let at = skipBlanks(bytes, from, end);
  const stop = digitsEnd(bytes, at, end);
  if (stop > at && stop - at <= 10) {
    head.tgid = number(bytes, at, stop);
    at = stop;
  } else while (at < end && bytes[at] === DASH) at++;
  at = skipBlanks(bytes, at, end);
  return bytes[at] === 0x29 ? skipBlanks(bytes, at + 1, end) : -1;
}

function readCpu(bytes: Uint8Array, from: number, end: number, head: RowHead): number {
  const stop = digitsEnd(bytes, from, end);
  if (stop === from || stop - from > 5) return -1;
  head.cpu = number(bytes, from, stop);
  return head.cpu < MAX_CPUS ? stop : -1;
}

/** `S.FRACTION: ` or `UNITS: ` */
function readStamp(bytes: Uint8Array, from: number, end: number, head: RowHead): number {
  const stop = digitsEnd(bytes, from, end);
  if (bytes[stop] !== DOT) return setStamp(bytes, from, stop, 1, head) ? bodyAfter(bytes, stop, end) : -1;
  const fractionEnd = digitsEnd(bytes, stop + 1, end);
  const digits = fractionEnd - stop - 1;
  if (stop === from || stop - from > 15 || digits === 0 || digits > 9) return -1;
  head.sec = number(bytes, from, stop);
  head.ns = number(bytes, stop + 1, fractionEnd) * (POWERS[9 - digits] as number);
  head.hasFraction = true;
  return bodyAfter(bytes, fractionEnd, end);
}
const POWERS = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/** A whole number of units of `scale` ns (1, 1000 or 10^6). */
function setStamp(bytes: Uint8Array, from: number, to: number, scale: number, head: RowHead): boolean {
  if (to === from || to - from > MAX_DIGITS) return false;
  const low = scale === 1 ? 9 : scale === 1000 ? 6 : 3;
  const cut = Math.max(from, to - low);
  head.sec = number(bytes, from, cut);
  head.ns = number(bytes, cut, to) * scale;
  head.hasFraction = scale !== 1;
  return true;
}

function addNs(head: RowHead, ns: number): void {
  head.ns += ns;
  if (head.ns < 1e9) return;
  head.ns -= 1e9;
  head.sec++;
}

/** Behind `: `, or the end of the line behind `:`; -1 when there is no colon. */
function bodyAfter(bytes: Uint8Array, colon: number, end: number): number {
  if (colon >= end || bytes[colon] !== COLON) return -1;
  if (colon + 1 >= end) return end;
  return bytes[colon + 1] === BLANK ? colon + 2 : -1;
}

function digitsEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x39) at++;
  return at;
}

function columnEnd(bytes: Uint8Array, from: number, end: number): number {
  const limit = Math.min(end, from + 8);
  let at = from;
  for (; at < limit; at++) {
    const byte = bytes[at] as number;
    const isColumn = byte === DOT || (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a);
    if (!isColumn) break;
  }
  // it begins with the state of interrupts, never with a digit
  return isDigit(bytes[from]) ? from : at;
}

function number(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + (bytes[at] as number) - 0x30;
  return value;
}

function hex(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    value = (value * 16 + (byte >= 0x61 ? byte - 0x57 : byte - 0x30)) & 0xffff;
  }
  return value;
}
