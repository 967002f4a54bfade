/**
 * The picture's data. Times are ns since `beginNs`, integers. A thread is an index into `threads`; 0 is the idle task, -1 nobody that is known.
 * Who has a CPU is kept by switch, and what a thread does off its CPU follows from how it left and from when it was woken.
 */

export interface DrawnThread {
  readonly tid: number;
  readonly pid: number;
  readonly comm: string;
  readonly isKernel: boolean;
}

/** One CPU: row i lasts to row i + 1, the last one to the end. */
export interface DrawnOccupancy {
  readonly start: Float64Array;
  readonly thread: Int32Array;
  /** what the thread did next (STATE of the timeline): preempted, sleeping, blocked, stopped, dead; unknown in the last row */
  readonly leave: Uint8Array;
}

/** One CPU, net pieces. */
export interface DrawnInterrupts {
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** CONTEXT of the timeline: hardirq or softirq */
  readonly context: Uint8Array;
  /** index into `names` */
  readonly name: Int32Array;
}

export interface DrawnWakes {
  readonly time: Float64Array;
  /** the task current where it happened; -1 in an interrupt */
  readonly waker: Int32Array;
  readonly wakee: Int32Array;
}

export interface DrawnBlockRequest {
  readonly device: string;
  /** R, W, F(lush), S(ync) ... as the kernel writes it */
  readonly operation: string;
  readonly bytes: number;
  readonly issuer: number;
  /** before the scheduler, a throttle or a full queue held it; absent when that was not recorded */
  readonly queued?: number;
  readonly issued: number;
  readonly completed: number;
}

export interface DrawnReclaim {
  readonly kind: "direct" | "memcg" | "compaction";
  readonly thread: number;
  readonly start: number;
  readonly end: number;
}

/** Events of this CPU are missing here: what it did is not known. */
export interface DrawnLoss {
  readonly cpu: number;
  readonly start: number;
  readonly end: number;
  /** absent when the recording does not count them */
  readonly count?: number;
}

/** A counter over the run: what it grew by between two samples, as a share of that time (0 to 1). */
export interface DrawnSeries {
  /** `psi-cpu`, `psi-memory-full` ..., `throttled`, `steal` */
  readonly id: string;
  /** cgroup, where there are several */
  readonly of?: string;
  /** when each stretch ended */
  readonly time: readonly number[];
  readonly share: readonly number[];
}

export interface Drawing {
  /** absolute ns on the trace clock, decimal */
  readonly beginNs: string;
  readonly durationNs: number;
  /** times of the columns are multiples of it: 1, or more where the recording is too large for a file to keep each ns */
  readonly unitNs: number;
  /** sorted, disjoint: what is drawn. Outside nothing is, for the recording is too large. */
  readonly spans: readonly { readonly begin: number; readonly end: number }[];
  readonly threads: readonly DrawnThread[];
  readonly names: readonly string[];
  readonly occupancy: readonly DrawnOccupancy[];
  readonly interrupts: readonly DrawnInterrupts[];
  readonly wakes: DrawnWakes;
  readonly blockRequests: readonly DrawnBlockRequest[];
  readonly reclaim: readonly DrawnReclaim[];
  readonly lost: readonly DrawnLoss[];
  readonly series: readonly DrawnSeries[];
}
