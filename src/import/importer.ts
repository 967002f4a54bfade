/** What can a kind of recording give? One importer per format, recognised by content, never by the name of the file. */
import type { ThreadInfo } from "../bundle/index.ts";
import type { TimeSpan, Trace } from "../trace/index.ts";
import type { TraceDatParts } from "./trace-dat/parts.ts";
import type { LatencyReport } from "./latency-types.ts";
import type { TraceFile } from "./trace-file.ts";

export interface ImportOptions {
  /** threads that the capture saw in /proc: names and processes that events alone do not give */
  readonly threads?: readonly ThreadInfo[];
  /** shown in errors when the input is bytes */
  readonly fileName?: string;
  /** false = interpret records instead of generating decoders */
  readonly codeGeneration?: boolean;
  /**
   * What of the recording is of interest? Asked when it is larger than `readAllBytes` (1 GiB of sub-buffers), with a trace of its markers
   * and its threads' lives; then only what lies around these times is read, and `Trace.unread` says what is not.
   */
  readonly focus?: (survey: Trace) => readonly TimeSpan[];
  readonly readAllBytes?: number;
}

export interface Importer {
  readonly id: string;
  /** what it is called in a sentence: `a trace.dat of trace-cmd` */
  readonly title: string;
  /** `head`: the first RECOGNIZE_BYTES of the file, or all of it */
  recognizes(head: Uint8Array): boolean;
  /** Throws ImportError when nothing of it can be read. */
  open(file: TraceFile, options: ImportOptions): OpenedRecording;
}

export interface OpenedRecording {
  /** For the analysis: columns of what EVENT_SPECS names. */
  trace(): Trace;
  /** For exports and for comparison with other readers: every record, in order of (time, cpu). One object, reused. */
  records(options?: RecordsOptions): Iterable<TraceRecord>;
  /** trace.dat only */
  readonly parts?: TraceDatParts;
  /** a latency tracer's text only: the longest section that it found */
  latency?(): LatencyReport;
}

export interface RecordsOptions {
  /** leave out what another buffer of the recording has too: one line for one event */
  readonly once?: boolean;
}

export type FieldValue = number | bigint | string | readonly (number | bigint)[];

/** Valid until the next one is asked for. */
export interface TraceRecord {
  /** ns on the trace clock, absolute */
  readonly time: bigint;
  readonly cpu: number;
  readonly tid: number;
  /** "" = unknown */
  readonly comm: string;
  /** process; -1 = unknown */
  readonly tgid: number;
  /** raw common_flags and common_preempt_count; -1 when the source does not say */
  readonly flags: number;
  readonly preemptCount: number;
  /** "" = main */
  readonly buffer: string;
  /** event system; "" when the source does not say */
  readonly system: string;
  readonly event: string;
  /** events lost on this CPU in this buffer right before: 0 none, -1 some, but their number is unknown */
  readonly lostBefore: number;
  /** In the order of the format. Strings are text without NUL; 64-bit values that a double cannot hold are bigint. */
  fields(): readonly (readonly [name: string, value: FieldValue])[];
  /** What the kernel prints behind `event: `. */
  text(): string;
  /**
   * The kernel's whole line behind the time stamp where that is not `event: text`: a function, a system call, a marker
   * under its writer's name, a stack with its lines. Undefined otherwise.
   */
  body?(): string | undefined;
}

/** Enough for the comments that a text trace begins with, and for a systrace page's own script to be passed. */
export const RECOGNIZE_BYTES = 1 << 18;
