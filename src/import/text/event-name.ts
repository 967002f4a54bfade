/** Which event is a body of? Shapes: kernel/trace/trace_output.c and trace_osnoise.c of Linux 6.1 to 6.18, trace-cmd's plugins. */
import { StringTable } from "../../base/index.ts";
import { ByteStrings } from "../byte-strings.ts";
import { ascii, BLANK, COLON, find, isDigit, isNameByte, skipBlanks, startsWith, textOf } from "./byte-text.ts";

/** trace-cmd pads `name:` to 21 columns and one blank more */
const PADDED = 22;
const STACK = ascii("<stack trace");
const USER_STACK = ascii("<user stack trace");
const ARROW = ascii(" <-");
const SYS = ascii("sys_");
const RETURNS = ascii(" -> 0x");
const REPEATS = ascii(" (repeats:");
const SWITCH = ascii("==>");
const CONTEXT = ascii(" context ");
const WINDOW = ascii(" inner/outer(us):");
const FRAME = ascii("\t=> ");

/**
 * What the place that writes markers is called in the text: a symbol, or its address where nothing resolves it. The symbol
 * may be an inlined caller's; such a one is known by what our own and Android's markers look like.
 */
const MARKER_NAME = /^(print|tracing_mark_write|write_marker_to_buffer|0|0x[0-9a-f]+|[0-9a-f]{8,16})$/;
const MARKER_TEXT = /^(stallscope |[BCSFGHIN]\|\d+\||E(\|\d+)?$|trace_event_clock_sync: )/;

export interface EventNames {
  readonly strings: StringTable;
  /** ids of names that are events of their own */
  readonly print: number;
  readonly kernelStack: number;
  readonly userStack: number;
}

export class NameReader implements EventNames {
  readonly strings = new StringTable();
  readonly print: number;
  readonly kernelStack: number;
  readonly userStack: number;
  /** behind `name: ` */
  textFrom = 0;
  /** trace-cmd: the name is padded, `print` has its symbol in the text, kernel_stack a frame */
  isReport: boolean;
  readonly #bytes = new ByteStrings(this.strings);
  readonly #function: number;
  readonly #others: Readonly<Record<"repeats" | "switch" | "wakeup" | "timerlat" | "hwlat" | "osnoise" | "raw" | "unknown", number>>;
  /** by id of the name: 1 a marker's, 2 not */
  #marker = new Uint8Array(256);
  readonly #known: ReadonlySet<string>;

  /** `known`: events whose names are no marker's. */
  constructor(known: ReadonlySet<string>, isReport: boolean) {
    this.#known = known;
    this.isReport = isReport;
    const id = (name: string): number => this.strings.intern(name);
    this.print = id("print");
    this.kernelStack = id("kernel_stack");
    this.userStack = id("user_stack");
    this.#function = id("function");
    this.#others = {
      repeats: id("func_repeats"),
      switch: id("context_switch"),
      wakeup: id("wakeup"),
      timerlat: id("timerlat"),
      hwlat: id("hwlat"),
      osnoise: id("osnoise"),
      raw: id("raw_data"),
      unknown: id("unknown"),
    };
  }

  /** Id of the event's name. */
  read(bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    while (at < end && isNameByte(bytes[at] as number)) at++;
    if (at > from && at < end && bytes[at] === COLON && (at + 1 === end || bytes[at + 1] === BLANK)) return this.#named(bytes, from, at, end);
    this.textFrom = from;
    if (startsWith(bytes, from, end, STACK)) return this.kernelStack;
    if (startsWith(bytes, from, end, USER_STACK)) return this.userStack;
    if (at === from) return this.#unnamed(bytes, from, end);
    if (startsWith(bytes, from, at, SYS) && find(bytes, at, end, ARROW) < 0) {
      if (bytes[at] === 0x28) return this.#syscall("sys_enter_", bytes, from + SYS.length, at);
      if (startsWith(bytes, at, end, RETURNS)) return this.#syscall("sys_exit_", bytes, from + SYS.length, at);
    }
    if (find(bytes, at, end, ARROW) >= 0 || at === end || bytes[at] === 0x28 || bytes[at + 1] === 0x5b) {
      return find(bytes, at, end, REPEATS) < 0 ? this.#function : this.#others.repeats;
    }
    return this.#unnamed(bytes, from, end);
  }

  /** The kernel shows them as `sys_openat(dfd: ...)` and `sys_openat -> 0x3` (kernel/trace/trace_syscalls.c). */
  #syscall(prefix: string, bytes: Uint8Array, from: number, to: number): number {
    return this.strings.intern(prefix + textOf(bytes, from, to));
  }

  #named(bytes: Uint8Array, from: number, colon: number, end: number): number {
    const id = this.#bytes.intern(bytes, from, colon);
    this.textFrom = Math.min(end, colon + 2);
    if (this.isReport) {
      this.textFrom = skipPadding(bytes, from, this.textFrom, end);
      if (id === this.kernelStack && startsWith(bytes, this.textFrom, end, FRAME)) return id;
      if (id === this.print) this.#skipSymbol(bytes, end);
      return id;
    }
    return this.#isMarker(id, bytes, end) ? this.print : id;
  }

  /** `print:   tracing_mark_write: text`, or -R's `ip=tracing_mark_write buf=text` */
  #skipSymbol(bytes: Uint8Array, end: number): void {
    let at = skipBlanks(bytes, this.textFrom, end);
    const from = at;
    while (at < end && isNameByte(bytes[at] as number)) at++;
    if (at > from && bytes[at] === COLON) this.textFrom = Math.min(end, at + 2);
    else if (startsWith(bytes, from, end, IP)) {
      const buf = find(bytes, from, end, BUF);
      if (buf >= 0) this.textFrom = buf + BUF.length;
    }
  }

  #isMarker(id: number, bytes: Uint8Array, end: number): boolean {
    if (id >= this.#marker.length) {
      const larger = new Uint8Array(Math.max(id + 1, this.#marker.length * 2));
      larger.set(this.#marker);
      this.#marker = larger;
    }
    const name = this.#marker[id] === 0 ? this.strings.get(id) : "";
    if (name !== "") this.#marker[id] = MARKER_NAME.test(name) ? 1 : this.#known.has(name) ? 2 : 3;
    if (this.#marker[id] === 3 && isMarkerStart(bytes[this.textFrom]) && MARKER_TEXT.test(textOf(bytes, this.textFrom, Math.min(end, this.textFrom + 40))))
      this.#marker[id] = 1;
    return this.#marker[id] === 1;
  }

  #unnamed(bytes: Uint8Array, from: number, end: number): number {
    const others = this.#others;
    if (bytes[from] === 0x23) {
      if (find(bytes, from, end, CONTEXT) >= 0) return others.timerlat;
      return find(bytes, from, end, WINDOW) >= 0 ? others.hwlat : others.raw;
    }
    const first = skipBlanks(bytes, from, end);
    if (!isDigit(bytes[first])) return find(bytes, from, end, ARROW) >= 0 ? this.#function : others.unknown;
    if (find(bytes, first, end, SWITCH) >= 0) return others.switch;
    if (find(bytes, first, end, PLUS) >= 0) return others.wakeup;
    return find(bytes, first, end, COLON_BYTE) < 0 ? others.osnoise : others.unknown;
  }
}

const PLUS = ascii("  + [");
const COLON_BYTE = ascii(":");
const IP = ascii("ip=");
const BUF = ascii(" buf=");

const isMarkerStart = (byte: number | undefined): boolean => byte === 0x73 || byte === 0x74 || (byte !== undefined && byte >= 0x42 && byte <= 0x53);

/** Blanks up to the column where trace-cmd's texts begin; one more is left where the text itself begins with blanks. */
function skipPadding(bytes: Uint8Array, from: number, at: number, end: number): number {
  let to = at;
  const limit = Math.min(end, from + PADDED);
  while (to < limit && bytes[to] === BLANK) to++;
  return to;
}
