/**
 * Reads the text of an event back into its fields. A template is the kernel's `print fmt` with `{field:conversion}` in the
 * place of each conversion, and must match from the first byte of the body to the last.
 *
 * Which end of a string is its end? For a task name (`c`, at most 15 bytes) the first at which the rest of the template
 * matches: too short to hold the rest, it cannot forge it. For other strings (`t`: paths, names of interrupts) the last.
 *
 *   d decimal (0x.. too) | x hex, 0x or not | p pointer | s symbol or address | c task name | t other text | w text without
 *   blanks | D device major:minor or major,minor | k byte offset, as pages of 4096 | T stamp in ns | S task state letters |
 *   L the same as trace-cmd's plugin has them | h handled/unhandled | y sync/async | E compaction status | i context of timerlat | _ blanks, or none | A bytes of `ARRAY[..]`, 8 a value | * the rest, ignored
 */
import { BLANK, COLON, decimal, hexDigit, isDigit, textOf, indexOfByte } from "./byte-text.ts";

type Conversion = "d" | "x" | "p" | "s" | "c" | "t" | "w" | "D" | "k" | "T" | "S" | "L" | "h" | "y" | "E" | "i" | "A" | "_" | "*";

interface Item {
  /** bytes that must be there; undefined for a field */
  readonly literal: Uint8Array | undefined;
  readonly conversion: Conversion;
  /** index into the match's arrays */
  readonly slot: number;
}

export interface BodyTemplate {
  readonly text: string;
  readonly items: readonly Item[];
  /** by slot */
  readonly names: readonly string[];
  readonly conversions: readonly Conversion[];
}

const MAX_SLOTS = 20;
/** TASK_COMM_LEN without its NUL */
const LONGEST_COMM = 15;
/** KSYM_SYMBOL_LEN */
const LONGEST_SYMBOL = 600;
/** How many ends of strings are tried in one body before it is given up: the work on a hostile one is bounded. */
const MAX_TRIES = 20_000;
/** A longer string than this has a body that no kernel writes. */
const LONGEST_TEXT = 8192;

/** Values of one body, by slot. Numbers are in `number`; strings and symbols are places in the bytes. */
export class BodyMatch {
  readonly number = new Float64Array(MAX_SLOTS);
  /** of stamps: the digits before the last nine */
  readonly high = new Float64Array(MAX_SLOTS);
  readonly from = new Int32Array(MAX_SLOTS);
  readonly to = new Int32Array(MAX_SLOTS);
  /** of arrays: as doubles, and as pointers (low 52 bits, up to the first all-ones or zero) */
  values: number[] = [];
  pointers: number[] = [];
  tries = 0;
}

const PLACE = /\{(\w*):([a-zA-Z*_])\}/g;

export function compileTemplate(text: string): BodyTemplate {
  const items: Item[] = [];
  const names: string[] = [];
  const conversions: Conversion[] = [];
  const literal = (part: string): void => {
    if (part !== "") items.push({ literal: Uint8Array.from(part, (char) => char.charCodeAt(0)), conversion: "t", slot: -1 });
  };
  let at = 0;
  for (const match of text.matchAll(PLACE)) {
    literal(text.slice(at, match.index));
    items.push({ literal: undefined, conversion: match[2] as Conversion, slot: names.length });
    names.push(match[1] as string);
    conversions.push(match[2] as Conversion);
    at = match.index + match[0].length;
  }
  literal(text.slice(at));
  return { text, items, names, conversions };
}

/** Whether the template matches `bytes[from, end)` wholly; then `match` has the values. */
export function matchTemplate(template: BodyTemplate, bytes: Uint8Array, from: number, end: number, match: BodyMatch): boolean {
  match.tries = 0;
  return matchFrom(template.items, 0, bytes, from, end, match);
}

function matchFrom(items: readonly Item[], first: number, bytes: Uint8Array, from: number, end: number, match: BodyMatch): boolean {
  let at = from;
  for (let index = first; index < items.length; index++) {
    const { literal, conversion, slot } = items[index] as Item;
    if (literal !== undefined) {
      if (end - at < literal.length) return false;
      for (let offset = 0; offset < literal.length; offset++) if (bytes[at + offset] !== literal[offset]) return false;
      at += literal.length;
      continue;
    }
    match.from[slot] = at;
    if (conversion === "*") {
      match.to[slot] = end;
      return true;
    }
    if (conversion === "c" || conversion === "t" || conversion === "w" || (conversion === "s" && !isHexLiteral(bytes, at, end)))
      return matchString(items, index, bytes, at, end, match);
    at = readValue(conversion, bytes, at, end, slot, match);
    if (at < 0) return false;
    match.to[slot] = at;
  }
  return at === end;
}

function matchString(items: readonly Item[], index: number, bytes: Uint8Array, from: number, end: number, match: BodyMatch): boolean {
  const { conversion, slot } = items[index] as Item;
  if (conversion === "s") match.number[slot] = Number.NaN;
  const next = items[index + 1];
  if (next === undefined) {
    match.to[slot] = end;
    return isAllowed(conversion, bytes, from, end);
  }
  const first = next.literal?.[0];
  const longest = conversion === "c" ? LONGEST_COMM : conversion === "s" ? LONGEST_SYMBOL : LONGEST_TEXT;
  const last = Math.min(end, from + longest);
  if (conversion === "t") {
    for (let to = last; to >= from; to--) if ((first === undefined || bytes[to] === first) && tryEnd(items, index, bytes, to, end, match)) return true;
    return false;
  }
  for (let to = from; to <= last; to++) {
    if ((first === undefined || bytes[to] === first) && tryEnd(items, index, bytes, to, end, match)) return true;
    if (conversion === "w" && bytes[to] === BLANK) return false;
  }
  return false;
}

function tryEnd(items: readonly Item[], index: number, bytes: Uint8Array, to: number, end: number, match: BodyMatch): boolean {
  if (++match.tries > MAX_TRIES || !matchFrom(items, index + 1, bytes, to, end, match)) return false;
  match.to[(items[index] as Item).slot] = to;
  return true;
}

function isAllowed(conversion: Conversion, bytes: Uint8Array, from: number, end: number): boolean {
  if (conversion === "c") return end - from <= LONGEST_COMM;
  if (conversion !== "w") return true;
  return indexOfByte(bytes, BLANK, from, end) < 0;
}

const isHexLiteral = (bytes: Uint8Array, at: number, end: number): boolean =>
  at + 2 < end && bytes[at] === 0x30 && bytes[at + 1] === 0x78 && hexDigit(bytes[at + 2] as number) >= 0;

/** Behind the value, or -1. */
function readValue(conversion: Conversion, bytes: Uint8Array, at: number, end: number, slot: number, match: BodyMatch): number {
  switch (conversion) {
    case "d":
      return isHexLiteral(bytes, at, end) ? readHex(bytes, at, end, slot, match, false) : readDecimal(bytes, at, end, slot, match);
    case "x":
      return readHex(bytes, at, end, slot, match, false);
    case "p":
    case "s":
      return readPointer(bytes, at, end, slot, match);
    case "D":
      return readDevice(bytes, at, end, slot, match);
    case "k": {
      const stop = readDecimal(bytes, at, end, slot, match);
      match.number[slot] = Math.floor((match.number[slot] as number) / 4096);
      return stop;
    }
    case "T":
      return readTime(bytes, at, end, slot, match);
    case "S":
      return readState(STATES, bytes, at, end, slot, match);
    case "L":
      return readState(PLUGIN_STATES, bytes, at, end, slot, match);
    case "_":
      return skipBlanks(bytes, at, end);
    case "A":
      return readArray(bytes, at, end, match);
    default:
      return readWord(conversion, bytes, at, end, slot, match);
  }
}

function readDecimal(bytes: Uint8Array, from: number, end: number, slot: number, match: BodyMatch): number {
  const isNegative = bytes[from] === 0x2d;
  const first = isNegative ? from + 1 : from;
  let at = first;
  while (at < end && isDigit(bytes[at])) at++;
  if (at === first || at - first > 20) return -1;
  const value = decimal(bytes, first, at);
  match.number[slot] = isNegative ? -value : value;
  return at;
}

/** Sixteen digits: two exact halves and one rounding, as the reader of binary records does it. */
function readHex(bytes: Uint8Array, from: number, end: number, slot: number, match: BodyMatch, lowBitsOnly: boolean): number {
  let at = isHexLiteral(bytes, from, end) ? from + 2 : from;
  const first = at;
  while (at < end && hexDigit(bytes[at] as number) >= 0) at++;
  if (at === first || at - first > 16) return -1;
  const cut = Math.max(first, at - 8);
  let high = 0;
  for (let index = first; index < cut; index++) high = high * 16 + hexDigit(bytes[index] as number);
  let low = 0;
  for (let index = cut; index < at; index++) low = low * 16 + hexDigit(bytes[index] as number);
  match.number[slot] = (lowBitsOnly ? high % 0x100000 : high) * 4294967296 + low;
  return at;
}

/** Infinity: the kernel had no key to hash pointers with yet (`(____ptrval____)`). */
function readPointer(bytes: Uint8Array, at: number, end: number, slot: number, match: BodyMatch): number {
  if (bytes[at] !== 0x28) return readHex(bytes, at, end, slot, match, true);
  const close = indexOfByte(bytes, 0x29, at, Math.min(end, at + 20));
  if (close < 0) return -1;
  match.number[slot] = bytes[at + 1] === 0x6e ? 0 : Number.POSITIVE_INFINITY;
  return close + 1;
}

/** include/linux/kdev_t.h: 12 bits major, 20 bits minor */
function readDevice(bytes: Uint8Array, from: number, end: number, slot: number, match: BodyMatch): number {
  const stop = readDecimal(bytes, from, end, slot, match);
  if (stop < 0) return -1;
  if (bytes[stop] !== COLON && bytes[stop] !== 0x2c) return -1;
  const major = match.number[slot] as number;
  const after = readDecimal(bytes, stop + 1, end, slot, match);
  match.number[slot] = ((major << 20) | (match.number[slot] as number)) >>> 0;
  return after;
}

function readTime(bytes: Uint8Array, from: number, end: number, slot: number, match: BodyMatch): number {
  const isNegative = bytes[from] === 0x2d;
  const first = isNegative ? from + 1 : from;
  let at = first;
  while (at < end && isDigit(bytes[at])) at++;
  if (at === first || at - first > 20) return -1;
  const cut = Math.max(first, at - 9);
  const sign = isNegative ? -1 : 1;
  match.high[slot] = sign * decimal(bytes, first, cut);
  match.number[slot] = sign * decimal(bytes, cut, at);
  return at;
}

/** include/linux/sched.h, 4.14 and later: TASK_REPORT bits, and `+` = TASK_REPORT_MAX. Older kernels' further letters (K W x N) say nothing that is read. */
const STATES: Readonly<Record<string, number>> = { R: 0, S: 1, D: 2, T: 4, t: 8, X: 0x10, Z: 0x20, P: 0x40, I: 0x80, K: 0, W: 0, x: 0x10, N: 0 };

/**
 * libtraceevent's plugin_sched_switch.c has the letters of an old kernel, one for each of the lowest 8 bits. It knows no `+`: a task
 * that was preempted is R to it. Z and X mean the same to the analysis: the task is gone.
 */
const PLUGIN_STATES: Readonly<Record<string, number>> = { R: 0, S: 1, D: 2, T: 4, t: 8, Z: 0x10, X: 0x20, x: 0x40, P: 0x40, W: 0x80, I: 0x80 };

function readState(states: Readonly<Record<string, number>>, bytes: Uint8Array, from: number, end: number, slot: number, match: BodyMatch): number {
  if (isDigit(bytes[from])) return readDecimal(bytes, from, end, slot, match);
  let at = from;
  let state = 0;
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === 0x7c) continue;
    if (byte === 0x2b) {
      state |= 0x100;
      continue;
    }
    const bit = states[String.fromCharCode(byte)];
    if (bit === undefined) break;
    state |= bit;
  }
  match.number[slot] = state;
  return at === from ? -1 : at;
}

/** `ARRAY[c5, 03, ...]` of trace-cmd -R: bytes in the order of memory, of a little-endian machine. */
function readArray(bytes: Uint8Array, from: number, end: number, match: BodyMatch): number {
  if (textOf(bytes, from, Math.min(end, from + 6)) !== "ARRAY[") return -1;
  const close = indexOfByte(bytes, 0x5d, from, Math.min(end, from + LONGEST_TEXT));
  if (close < 0) return -1;
  const octets = textOf(bytes, from + 6, close)
    .split(", ")
    .map((octet) => Number.parseInt(octet, 16));
  if (!octets.every((octet) => octet >= 0 && octet <= 255)) return -1;
  const word = (first: number): number => [3, 2, 1, 0].reduce((sum, index) => sum * 256 + (octets[first + index] as number), 0);
  match.values = [];
  match.pointers = [];
  let isEnded = false;
  for (let at = 0; at + 8 <= octets.length; at += 8) {
    const [low, high] = [word(at), word(at + 4)];
    match.values.push(high * 4294967296 + low);
    isEnded ||= (low === 0xffffffff && high === 0xffffffff) || (low === 0 && high === 0);
    if (!isEnded) match.pointers.push((high % 0x100000) * 4294967296 + low);
  }
  return close + 1;
}

/** include/trace/events/mmflags.h, COMPACTION_STATUS: the same from 4.8 to 6.18 */
const STATUS = ["not_suitable_zone", "skipped", "deferred", "no_suitable_page", "continue", "complete", "partial_skipped", "contended", "success"];
/** The number of a word is its place. */
const WORDS: Readonly<Partial<Record<Conversion, readonly string[]>>> = {
  E: STATUS,
  y: ["async", "sync"],
  h: ["unhandled", "handled"],
  i: ["irq", "thread", "user-ret"],
};

function skipBlanks(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] === BLANK) at++;
  return at;
}

function readWord(conversion: Conversion, bytes: Uint8Array, from: number, end: number, slot: number, match: BodyMatch): number {
  if (isDigit(bytes[from])) return readDecimal(bytes, from, end, slot, match);
  let at = from;
  while (at < end && bytes[at] !== BLANK && at - from < 32) at++;
  const word = textOf(bytes, from, at);
  const value = (WORDS[conversion] ?? []).indexOf(word);
  match.number[slot] = value;
  return value < 0 ? -1 : at;
}
