/** What does a caller give to a capture, and what does it get while it runs? */
import type { ProcessIdentity, RequestRecord } from "../bundle/index.ts";
import type { TracerName } from "../linux/index.ts";

/** "system:event" by buffer. wide is unfiltered, deep sees the service's threads only. */
export interface CaptureNeeds {
  readonly wide: readonly string[];
  readonly deep: readonly string[];
  /** kernel stacks of the service's threads when they leave a CPU to wait */
  readonly stacks: boolean;
}

export interface CaptureOptions {
  /** where tracefs is mounted; default: where the kernel has it */
  readonly root?: string;
  /** directory of the recording, which must not exist; default ./stallscope-ID */
  readonly output?: string;
  readonly targets: readonly ProcessIdentity[];
  readonly needs: CaptureNeeds;
  /** the kernel's own tracers, beside the events */
  readonly tracers?: readonly TracerName[];
  /** what `function` and `function_graph` watch: names, or patterns that the kernel knows */
  readonly functions?: readonly string[];
  /** ring size per CPU and buffer; default by memory */
  readonly bufferKb?: number;
  /** threads that will fire the requests, as far as they exist before `during` */
  readonly clientTids?: () => readonly number[];
  readonly onProgress?: (progress: CaptureProgress) => void;
  readonly toolVersion: string;
  /** where the intent record is kept; default /run/stallscope, or XDG_RUNTIME_DIR/stallscope */
  readonly stateDirectory?: string;
}

export type CaptureProgress =
  | { readonly kind: "arming" }
  | { readonly kind: "recording" }
  /** the ring is filling up: events are copied to disk from now on */
  | { readonly kind: "draining" }
  | { readonly kind: "writing"; readonly bytes: number };

export type StopReason =
  | { readonly kind: "complete" }
  | { readonly kind: "interrupted"; readonly signal: string }
  | { readonly kind: "disk-full"; readonly why: string }
  | { readonly kind: "failed"; readonly why: string };

export interface ArmedCapture {
  /** trace_marker of the unfiltered buffer */
  readonly markerPath: string;
  /** Adds threads to the filter of the deep buffer. A thread that is gone is no error. */
  follow(tids: readonly number[]): void;
  /** Reads the targets' counters into samples.json. Costs a millisecond or two: not inside a request. */
  sample(): void;
  /** The latency tracers that were asked for; both do nothing when none were. */
  readonly tracers: {
    /** right before a request: `index` says whose turn it is */
    begin(index: number): void;
    /** right after it; without a name when none was fired */
    end(request?: string): void;
  };
  /** Settles when nothing is recorded any more, for whatever reason. */
  readonly stopped: Promise<StopReason>;
}

export interface During<T> {
  readonly requests: readonly RequestRecord[];
  readonly value: T;
}
