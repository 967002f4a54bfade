/** What is in a trace.dat, whatever its version: the parts of the file, ready to be read; nothing is decoded yet. */
import type { ImportProblem } from "../../trace/index.ts";
import type { CpuStats } from "../check-losses.ts";
import type { HeaderPage } from "../header-page.ts";
import type { FilePiece } from "../trace-file.ts";

/** What one CPU recorded into one buffer. */
export interface CpuData {
  readonly cpu: number;
  /** place in the file, for problems */
  readonly offset: number;
  /** bytes of sub-buffers that are there, unpacked */
  readonly size: number;
  /** the file says there are more */
  readonly truncated: boolean;
  /** Whole sub-buffers in order, the last one perhaps cut off. May be asked for more than once. A piece is valid until the next one is asked for. */
  pieces(): Iterable<FilePiece>;
}

export interface BufferParts {
  /** "" = main */
  readonly name: string;
  /** buffers of one file may have sub-buffers of different sizes */
  readonly layout: HeaderPage;
  readonly cpus: readonly CpuData[];
  /** what the kernel counted when the recording stopped, as far as the file says; a CPU that it names twice is left out */
  readonly stats: readonly CpuStats[];
}

/** Stamps that are not ns of the clock they are shown in: cycles, or a guest's clock told in its host's. */
export interface ClockConversion {
  /** A raw stamp of that CPU in ns. */
  stamp(cpu: number, raw: bigint): bigint;
  /** The same for times counted from `rawBase`, giving times counted from `base`. */
  relative(cpu: number, rawBase: bigint, base: bigint): (time: number) => number;
}

/** What the writer of the file noted beside the recording. */
export interface RecordingNotes {
  /** the writer's own version */
  readonly writer: string | undefined;
  /** names this recording in the files of its guests and its host */
  readonly traceId: bigint | undefined;
  /** ns that trace-cmd adds to every stamp that it prints (options DATE and OFFSET); our times stay on the trace clock */
  readonly printedOffset: bigint;
  /** guests recorded together with this host, and the threads of the host that are their CPUs */
  readonly guests: readonly { readonly name: string; readonly traceId: bigint; readonly cpus: readonly { readonly cpu: number; readonly tid: number }[] }[];
  /** where the recorded processes had mapped which files */
  readonly processMaps: readonly {
    readonly pid: number;
    readonly name: string;
    readonly ranges: readonly { readonly start: bigint; readonly end: bigint; readonly path: string }[];
  }[];
}

export interface TraceDatParts {
  readonly version: 6 | 7;
  /** byte order of the recording machine */
  readonly little: boolean;
  readonly headerPage: HeaderPage;
  readonly headerPageText: string;
  readonly headerEventText: string;
  readonly formats: readonly { readonly system: string; readonly text: string }[];
  readonly kallsyms: string;
  readonly printkFormats: string;
  readonly cmdlines: string;
  readonly cpus: number;
  readonly clock: string;
  readonly conversion: ClockConversion | undefined;
  readonly uname: string | undefined;
  /** of the main buffer */
  readonly stats: readonly CpuStats[];
  readonly buffers: readonly BufferParts[];
  /** what latency tracers left as text, by buffer */
  readonly latencyTexts: readonly { readonly name: string; readonly text: string }[];
  readonly notes: RecordingNotes;
  readonly problems: readonly ImportProblem[];
}
