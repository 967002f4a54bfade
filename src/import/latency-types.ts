/** What a latency tracer found: plain data, whatever text it was read from. */
import type { ImportProblem } from "../trace/index.ts";

export interface LatencyTask {
  readonly comm: string;
  readonly pid: number;
  readonly uid: number;
  readonly nice: number;
  /** SCHED_ number */
  readonly policy: number;
  readonly rtPrio: number;
}

/** `comm` is cut to 8 bytes. `timeUs` counts from the begin of the section. */
export interface LatencyRow {
  readonly timeUs: number;
  readonly cpu: number;
  readonly tid: number;
  readonly comm: string;
  /** raw common_flags and common_preempt_count */
  readonly flags: number;
  readonly preemptCount: number;
  /** `function` for rows of the tracer's own */
  readonly event: string;
  readonly text: string;
}

export interface LatencyReport {
  readonly tracer: string;
  /** release of the kernel */
  readonly kernel: string;
  readonly latencyUs: number;
  /** where the section was */
  readonly cpu: number;
  /** `preempt`, `server`, `desktop`, `PREEMPT(full)` ... as the kernel says it */
  readonly preemption: string;
  readonly task: LatencyTask | undefined;
  /** functions; the wakeup tracers have none */
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
  readonly entries: { readonly kept: number; readonly written: number };
  /** the buffer was too small for the section: its begin is missing */
  readonly isTruncated: boolean;
  readonly events: readonly LatencyRow[];
  /** function names of the last stack in it, innermost first */
  readonly stack: readonly string[];
  readonly problems: readonly ImportProblem[];
}
