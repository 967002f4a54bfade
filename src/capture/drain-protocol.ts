/** What do the capture and its drain worker say to each other? */
/** Words of the shared Int32Array. The worker sleeps on `command`, so a change of it wakes the worker at once. */
export const WORD = { command: 0, state: 1 } as const;
/** `armed`: all is ready, nothing is recorded yet. `abort`: the process is ending, touch no descriptor any more. */
export const COMMAND = { armed: 0, run: 1, stop: 2, abort: 3 } as const;
export const STATE = { running: 0, gone: 1 } as const;

export interface DrainBuffer {
  /** "wide" or "deep" */
  readonly name: string;
  /** directory of the instance */
  readonly path: string;
  readonly tracingOn: number;
  readonly ringBytes: number;
  /** each with its pipe's descriptor and the file its pages go to */
  readonly cpus: readonly { readonly cpu: number; readonly pipe: number; readonly spool: string }[];
  /** files events/SYSTEM/EVENT/enable that must say 1, relative to `path` */
  readonly enableFiles: readonly string[];
}

export interface DrainPlan {
  readonly buffers: readonly DrainBuffer[];
  readonly subBufferBytes: number;
}

export interface DrainInput extends DrainPlan {
  readonly control: SharedArrayBuffer;
}

export type DrainStop = { readonly kind: "disk-full"; readonly why: string } | { readonly kind: "asked" };

export interface DrainedCpu {
  readonly buffer: string;
  readonly cpu: number;
  /** whole sub-buffers in the spool file */
  readonly bytes: number;
  /** text of per_cpu/cpuN/stats after the last read; "" when it could not be read */
  readonly stats: string;
}

export interface DrainResult {
  readonly stop: DrainStop;
  /** CLOCK_MONOTONIC ns just after tracing went off */
  readonly end: bigint;
  readonly cpus: readonly DrainedCpu[];
  readonly mode: "ring" | "drain";
  /** CPU time of the worker while events were recorded */
  readonly ownCpuNs: number;
  readonly disturbances: readonly string[];
}

export type FromDrainWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "draining" }
  /** the recording ended by itself, or because it was asked to */
  | { readonly kind: "done"; readonly result: DrainResult };
