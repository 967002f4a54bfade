/** What do the capture and its draining thread say to each other? Plain data and one shared word. */

export interface DrainJob {
  /** one word: see COMMAND */
  readonly control: SharedArrayBuffer;
  readonly subBufferBytes: number;
  /** start to drain when a ring is fuller than this part */
  readonly drainAt: number;
  readonly buffers: readonly DrainBuffer[];
}

export interface DrainBuffer {
  readonly name: "wide" | "deep";
  readonly instance: string;
  /** capacity of one CPU's ring */
  readonly ringBytes: number;
  readonly cpus: readonly { readonly cpu: number; readonly fd: number; readonly stats: string; readonly spool: string }[];
}

export const COMMAND = { run: 0, finish: 1, abandon: 2 } as const;

export type DrainMessage =
  | { readonly kind: "disturbed"; readonly instance: string; readonly what: "tracing-off" | "events-off" | "gone" }
  | { readonly kind: "disk-full"; readonly code: string }
  | { readonly kind: "done"; readonly drained: boolean; readonly bytes: number; readonly ownCpuNs: number; readonly problems: readonly string[] };
