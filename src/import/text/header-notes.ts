/** What do a file's comment lines and banners say? `# tracer:`, the drawing above the columns, `cpus=2`, what was lost. */
import type { ColumnName, LatencyColumns } from "./latency-column.ts";
import { MAX_CPUS } from "./row-head.ts";

const COLUMN_NAMES: readonly ColumnName[] = [
  "irqs-off",
  "need-resched-lazy",
  "need-resched",
  "hardirq/softirq",
  "preempt-lazy-depth",
  "preempt-depth",
  "migrate-disable",
];
/** comments are read until this many are there: the rest of a file may be comments too */
const MOST_LINES = 200;

export class HeaderNotes {
  tracer = "";
  /** online CPUs, or what trace-cmd says; 0 = unknown */
  cpus = 0;
  /** the file was written from a stopped buffer: rows are in order of time */
  isSnapshot = false;
  /** entries that were overwritten before the file was written; 0 also when the header does not say */
  overwritten = 0;
  /** the comments as they are */
  readonly lines: string[] = [];
  readonly #columns: LatencyColumns;
  readonly #drawn: ColumnName[] = [];

  constructor(columns: LatencyColumns) {
    this.#columns = columns;
  }

  comment(line: string): void {
    if (this.lines.length >= MOST_LINES) return;
    this.lines.push(line);
    const tracer = /^# tracer: (\S+)/.exec(line);
    if (tracer !== null) this.tracer = tracer[1] as string;
    const entries = /entries-in-buffer\/entries-written: (\d+)\/(\d+)/.exec(line);
    if (entries !== null) this.#entries(Number(entries[1]), Number(entries[2]));
    const latency = /^# latency: \d+ us, #(\d+)\/(\d+)/.exec(line);
    if (latency !== null) this.#entries(Number(latency[1]), Number(latency[2]));
    const cpus = /#P:(\d+)/.exec(line);
    if (cpus !== null) this.#sawCpus(Number(cpus[1]));
    const name = /=> (\S+)/.exec(line)?.[1];
    const column = name === undefined || !/[_-]=> /.test(line) ? undefined : COLUMN_NAMES.find((known) => name.startsWith(known));
    if (column !== undefined) {
      this.#drawn.push(column);
      this.#columns.draw([...this.#drawn]);
    }
  }

  /** `cpus=N`, `version = 7`, `CPU N is empty`: whether the line is one of them. */
  banner(line: string): boolean {
    const cpus = /^cpus=(\d{1,5})$/.exec(line);
    if (cpus !== null) {
      this.#sawCpus(Number(cpus[1]));
      this.isSnapshot = true;
    }
    return cpus !== null || /^(version = \d+|CPU \d+ is empty|trace-cmd: .*|\[[^\]]*\] (failed|Warning).*)$/.test(line);
  }

  /** A number that no machine has is damage. */
  #sawCpus(cpus: number): void {
    if (cpus <= MAX_CPUS) this.cpus = Math.max(this.cpus, cpus);
  }

  #entries(kept: number, written: number): void {
    this.isSnapshot = true;
    if (written > kept) this.overwritten = written - kept;
  }
}

/** `CPU:1 [LOST 42 EVENTS]` of the kernel, `CPU:1 [42 EVENTS DROPPED]` of trace-cmd, after a buffer's name perhaps. */
export function parseLoss(line: string): { cpu: number; count: number | undefined } | undefined {
  const match = /^(?:[^\s:]*:? +)?CPU:(\d{1,4}) \[(?:LOST (?:(\d+) )?EVENTS|(?:(\d+) )?EVENTS DROPPED)\]$/.exec(line);
  if (match === null) return undefined;
  const count = match[2] ?? match[3];
  return { cpu: Number(match[1]), count: count === undefined ? undefined : Number(count) };
}

/** `##### CPU 1 buffer started ####`: what that CPU recorded before was overwritten. */
export function parseBufferStart(line: string): number | undefined {
  const match = /^#+ CPU (\d{1,4}) buffer started #+$/.exec(line);
  return match === null ? undefined : Number(match[1]);
}
