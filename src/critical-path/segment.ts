/** What the walk produces: pieces of one request that touch, each with exactly one class and one culprit. */
import type { ThreadIndex } from "../trace/index.ts";

export type PathClass =
  | "running"
  | "hardirq"
  | "softirq"
  | "nmi"
  | "reclaim"
  | "runnable"
  | "blocked-io"
  | "blocked-fault"
  | "blocked-lock"
  | "blocked-pipe"
  | "blocked-network"
  | "blocked-timer"
  | "blocked-work"
  | "blocked-device"
  | "blocked-child"
  | "blocked-stopped"
  | "blocked-other"
  | "lost"
  | "unknown";

export type CulpritKind =
  | "thread"
  | "rival"
  | "self"
  | "kernel-thread"
  | "throttled"
  | "idle-exit"
  | "irqs-off"
  | "preempt-off"
  | "hardirq"
  | "softirq"
  | "nmi"
  | "timer"
  | "device"
  | "work"
  | "network"
  | "none";

export interface SegmentCulprit {
  readonly kind: CulpritKind;
  readonly thread?: ThreadIndex;
  /** kernel function, interrupt handler, softirq vector or work function */
  readonly fn?: string;
  readonly detail?: string;
}

/** A wait that a segment stands for: who waited, in what, from when to when. */
export interface Wait {
  readonly thread: ThreadIndex;
  readonly class: PathClass;
  readonly begin: number;
  readonly end: number;
  readonly syscall: string | undefined;
  /** kernel functions, innermost first; empty when no stack was recorded */
  readonly stack: readonly string[];
  /** futex: the user address it waited on */
  readonly lock: number | undefined;
  /** file descriptor of read, write, fsync ... */
  readonly fd: number | undefined;
  /**
   * How the wait was led to somebody: by the wake itself; `polled`: by what the poller had delegated; `holder`: a timed
   * lock wait, charged to the thread of the process that ran meanwhile.
   */
  readonly by: "wake" | "polled" | "holder" | "birth";
}

export interface Segment {
  readonly begin: number;
  readonly end: number;
  readonly class: PathClass;
  /** the thread whose time line this piece was read from */
  readonly thread: ThreadIndex;
  /** -1 when not on a CPU */
  readonly cpu: number;
  /** waits followed to get here */
  readonly depth: number;
  readonly culprit: SegmentCulprit;
  /** outermost first */
  readonly via: readonly Wait[];
  /** why it is unknown or lost */
  readonly reason?: string;
}

/** `thread` waited for the request from `begin` to `end` (TimeNs). */
export interface RequestWindow {
  readonly thread: ThreadIndex;
  readonly begin: number;
  readonly end: number;
}
