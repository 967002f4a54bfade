/**
 * A capture on disk: what happened, raw, never interpreted, so that any later version can analyse it again.
 *
 *   DIR/manifest.json   Manifest          DIR/trace.dat      trace-cmd v6, main buffer = wide, instance "deep"
 *   DIR/requests.json   RequestRecord[]   DIR/samples.json   Samples
 *
 * The directory gets its final name only when it is complete enough to be read (written as NAME.tmp-PID, then renamed).
 * Absolute times are CLOCK_MONOTONIC ns as decimal strings: they may pass 2^53.
 */

export const BUNDLE_VERSION = 1;

/** Absolute CLOCK_MONOTONIC ns, decimal. */
export type MonoNs = string;

export interface ThreadInfo {
  readonly tid: number;
  readonly pid: number;
  readonly comm: string;
  /** PF_KTHREAD */
  readonly isKernel: boolean;
}

/** Identity that survives pid reuse: a pid with the start time of its process (clock ticks since boot) in one boot. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: number;
  readonly bootId: string;
  readonly comm: string;
  /** argv[0] basename and, for interpreters, the script; never the whole command line (secrets) */
  readonly name: string;
}

export interface BufferLoss {
  readonly buffer: string;
  readonly cpu: number;
  readonly overrun: number;
  readonly dropped: number;
  readonly read: number;
}

export interface Manifest {
  readonly bundleVersion: number;
  readonly tool: { readonly name: "stallscope"; readonly version: string };
  readonly id: string;
  readonly host: HostInfo;
  readonly clock: string;
  readonly begin: MonoNs;
  readonly end: MonoNs;
  /** wall-clock time of `begin`, ISO 8601, for people only */
  readonly startedAt: string;
  readonly ended: "complete" | "interrupted" | "killed" | "disk-full" | "failed";
  readonly endedBecause?: string;
  /** `system:event` recorded, by buffer */
  readonly events: { readonly wide: readonly string[]; readonly deep: readonly string[] };
  /** asked for but not to be had on this host */
  readonly missingEvents: readonly string[];
  readonly hasStacks: boolean;
  readonly targets: readonly ProcessIdentity[];
  /** every thread of the machine, at begin and at end */
  readonly threads: readonly ThreadInfo[];
  readonly losses: readonly BufferLoss[];
  /** ring | drain: how events left the kernel */
  readonly mode: "ring" | "drain";
  /** own cost while capturing, from /proc/self/schedstat of the capture's threads */
  readonly overhead: { readonly ownCpuNs: number; readonly events: number; readonly bytes: number };
  /** somebody else wrote to our instance, pages were stolen ...: each is one sentence */
  readonly disturbances: readonly string[];
  /** absent when no latency tracer was asked for */
  readonly tracers?: {
    /** with which requests, whether it saw something or not */
    readonly ran: readonly { readonly tracer: string; readonly requests: readonly string[] }[];
    readonly files: readonly TracerFile[];
    readonly refusals: readonly TracerRefusal[];
  };
}

export interface HostInfo {
  readonly kernel: string;
  readonly arch: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly bootId: string;
  /** capability id -> available; see linux/capabilities */
  readonly capabilities: Readonly<Record<string, boolean>>;
}

/** What one of the kernel's latency tracers found, in tracers/ beside trace.dat. */
export interface TracerFile {
  readonly tracer: string;
  /** the request it ran with; absent: nothing was fired */
  readonly request?: string;
  readonly file: string;
  /** the same rows with times of the tracer's clock: the text itself counts from the section's begin */
  readonly timesFile: string;
  /** the trace clock is the tracer's plus `offsetNs`, which may be wrong by `errorNs` */
  readonly clock: { readonly offsetNs: string; readonly errorNs: number };
}

/**
 * `not-built`: this kernel has no such tracer. `top-level-only`: it has, but not for private instances.
 * `busy`: somebody else has one that excludes it. `refused`: `errno` says why.
 */
export interface TracerRefusal {
  readonly tracer: string;
  readonly reason: "not-built" | "top-level-only" | "busy" | "refused";
  readonly errno?: string;
}

/** One request as the client saw it. */
export interface RequestRecord {
  readonly id: string;
  readonly kind: string;
  readonly status: "ok" | "failed" | "timeout";
  /** one sentence, present unless ok */
  readonly error?: string;
  readonly begin: MonoNs;
  readonly end: MonoNs;
  /** e.g. connect, send, wait, first-byte, first-audio, stream; ordered, may touch, inside begin..end */
  readonly phases: readonly { readonly name: string; readonly begin: MonoNs; readonly end: MonoNs }[];
  /** the thread that fired it and waited for its last byte */
  readonly client: { readonly pid: number; readonly tid: number };
  readonly httpStatus?: number;
  readonly bytes: number;
}

/** Counters read at one moment. Missing = the host does not have it; never 0. */
export interface Sample {
  readonly at: MonoNs;
  /** /proc/pressure/{cpu,memory,io}: `some` and `full` totals in us */
  readonly pressure?: Readonly<Record<string, { readonly some: number; readonly full?: number }>>;
  /** selected lines of /proc/vmstat */
  readonly vmstat?: Readonly<Record<string, number>>;
  /** cgroups of the targets: quota state and throttling */
  readonly cgroups?: readonly CgroupSample[];
  /** /proc/PID/task/TID/schedstat of the targets' threads: on-CPU ns, run-queue wait ns, timeslices */
  readonly schedstat?: readonly { readonly tid: number; readonly onCpuNs: number; readonly waitNs: number; readonly slices: number }[];
  /** resident memory of the targets, bytes by pid (VmRSS) */
  readonly residentBytes?: Readonly<Record<string, number>>;
  /** /proc/stat steal ticks, all CPUs */
  readonly stealTicks?: number;
}

export interface CgroupSample {
  readonly path: string;
  readonly version: 1 | 2;
  /** pids of the targets that are in it */
  readonly pids: readonly number[];
  /** undefined = no quota set */
  readonly quotaUs?: number;
  readonly periodUs?: number;
  readonly nrPeriods?: number;
  readonly nrThrottled?: number;
  readonly throttledNs?: number;
  readonly memoryEvents?: Readonly<Record<string, number>>;
  /** bytes by file: memory.high and memory.max (v2), memory.limit_in_bytes (v1); a limit that is not set is absent */
  readonly memoryLimits?: Readonly<Record<string, number>>;
}

export interface Samples {
  readonly samples: readonly Sample[];
  /** facts that do not change during a capture: affinity and policy of targets as `PID.name`, `TID.cpus_allowed` where a thread differs, THP, swappiness ... */
  readonly facts: Readonly<Record<string, string>>;
  /** open descriptors of the targets at begin and end, for naming pipes, sockets, eventfds: `pid/fd` -> link text */
  readonly fds: Readonly<Record<string, string>>;
  /** files that the targets map or have open, `DEV:INODE` -> path; DEV as in kernel events (major << 20 | minor). Absent in older bundles. */
  readonly files?: Readonly<Record<string, string>>;
  /** devices: "major:minor" -> name */
  readonly devices: Readonly<Record<string, string>>;
}
