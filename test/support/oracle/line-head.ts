/** What stands before the name of the event in a line of the report: who, where, when. Printed here again, from our record, and compared. */
import type { TraceRecord } from "../../../src/import/importer.ts";
import { asBytes } from "./raw-value.ts";
import type { ReportMode, ReportText } from "./report-text.ts";

/** How often their name of the thread is ours, another one of that thread, or `<...>`. */
export interface NameCounts {
  same: number;
  other: number;
  unnamed: number;
}

/**
 * Names that a thread has in the whole file. trace-cmd shows one of them for all records: that of saved_cmdlines, or without that
 * the first one that its plugin for the scheduler saw; we show the one of that time.
 */
export class KnownNames {
  readonly counts: NameCounts = { same: 0, other: 0, unnamed: 0 };
  readonly #names = new Map<number, Set<string>>();
  readonly #last = new Map<number, string>();

  add(tid: number, comm: string): void {
    if (comm === "" || this.#last.get(tid) === comm) return;
    this.#last.set(tid, comm);
    const names = this.#names.get(tid);
    if (names === undefined) this.#names.set(tid, new Set([comm]));
    else names.add(comm);
  }

  /** Moves behind the name; false when it is none of the thread's. */
  take(record: TraceRecord, shown: (name: string) => string, text: ReportText): boolean {
    const end = `-${record.tid} `;
    const is = (name: string): boolean => {
      const padded = shown(asBytes(name));
      if (!text.text.startsWith(padded, text.at) || !text.text.startsWith(end, text.at + padded.length)) return false;
      text.at += padded.length;
      return true;
    };
    if (record.comm !== "" && is(record.comm)) {
      this.counts.same++;
      return true;
    }
    if (is("<...>")) {
      this.counts.unnamed++;
      return true;
    }
    for (const name of this.#names.get(record.tid) ?? []) {
      if (name !== record.comm && is(name)) {
        this.counts.other++;
        return true;
      }
    }
    return record.comm.includes("\ufffd") && this.#takeBroken(record, text);
  }

  /** A name that is no UTF-8. */
  #takeBroken({ comm, tid }: TraceRecord, text: ReportText): boolean {
    const end = text.text.indexOf(`-${tid} `, text.at);
    const name = end < 0 ? "" : Buffer.from(text.text.slice(text.at, end), "latin1").toString("utf8").trimStart();
    if (end < 0 || name === "" || !comm.startsWith(name)) return false;
    text.at = end;
    this.counts.same++;
    return true;
  }
}

const padCache = (make: (name: string) => string): ((name: string) => string) => {
  const known = new Map<string, string>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const made = make(name);
    known.set(name, made);
    return made;
  };
};

/** `%16s`, and `%8.8s` in the latency format. */
export const longName = padCache((name) => name.padStart(16));
export const shortName = padCache((name) => name.slice(0, 8).padStart(8));

/** undefined = as expected; else which part is not. `text` is then behind `event: `. */
export function takeHead(mode: ReportMode, record: TraceRecord, names: KnownNames, text: ReportText, time: bigint): string | undefined {
  const { tid, cpu, event } = record;
  if (!names.take(record, mode === "plain" ? longName : shortName, text)) return `thread ${record.comm}-${tid}`;
  if (!text.take(`-${String(tid).padEnd(5)} `)) return `thread ${tid}`;
  if (mode === "plain") {
    if (!text.take(`[${String(cpu).padStart(3, "0")}]`)) return `CPU ${cpu}`;
    // newer ones show the latency column here, too
    const column = /^ [a-zA-Z.\d]{5,7} /.exec(text.text.slice(text.at, text.at + 9));
    if (column !== null) {
      text.at++;
      const wrong = takeColumn(record, text);
      if (wrong !== undefined) return wrong;
    }
    if (!text.take(` ${microseconds(time)}:`) && !text.take(`${ticks(time)}:`)) return `time ${microseconds(time)}`;
  } else {
    if (!text.take(String(cpu).padStart(3))) return `CPU ${cpu}`;
    const wrong = mode === "raw" ? takeFlags(record, text) : takeColumn(record, text);
    if (wrong !== undefined) return wrong;
    if (!text.take(` ${nanoseconds(time)}:`) && !text.take(`${ticks(time)}:`)) return `time ${nanoseconds(time)}`;
  }
  return text.take(` ${event}: ${event.length < 20 ? BLANKS.slice(event.length) : ""}`) ? undefined : `event ${event}`;
}

const BLANKS = " ".repeat(20);

const takeFlags = ({ flags }: TraceRecord, text: ReportText): string | undefined =>
  text.take(`-0x${flags.toString(16)}`) ? undefined : `flags 0x${flags.toString(16)}`;

/** libtraceevent shows fewer letters than the kernel: nothing of bottom halves, NMIs, lazy or preempting rescheduling. */
function takeColumn({ flags, preemptCount }: TraceRecord, text: ReportText): string | undefined {
  const has = (bit: number): boolean => (flags & bit) !== 0;
  const irqs = has(0x01) ? "d" : has(0x02) ? "X" : ".";
  const context = has(0x08) ? (has(0x10) ? "H" : "h") : has(0x10) ? "s" : ".";
  const depth = (count: number): string => (count === 0 ? "." : count.toString(16));
  const column = `${irqs}${has(0x04) ? "N" : "."}${context}${depth(preemptCount & 15)}${depth(preemptCount >> 4)}`;
  return text.take(column) ? undefined : `latency column ${column}`;
}

const microseconds = (time: bigint): string => seconds((time + 500n) / 1000n, 6);
/** of a clock that does not count ns */
const ticks = (time: bigint): string => String(time).padStart(12);
const nanoseconds = (time: bigint): string => seconds(time, 9);

/** `%5lu.%06lu` */
function seconds(units: bigint, digits: number): string {
  const text = String(units).padStart(digits + 1, "0");
  return `${text.slice(0, -digits).padStart(5)}.${text.slice(-digits)}`;
}
