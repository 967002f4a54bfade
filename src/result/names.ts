/** The fixed words of a result. Apart from the schema, so that a program that only writes results need not load it. */

export const SCHEMA_VERSION = 1;

export const CLASSES = [
  "running",
  "hardirq",
  "softirq",
  "nmi",
  "reclaim",
  "runnable",
  "blocked-io",
  "blocked-fault",
  "blocked-lock",
  "blocked-pipe",
  "blocked-network",
  "blocked-timer",
  "blocked-work",
  "blocked-device",
  "blocked-child",
  "blocked-stopped",
  "blocked-other",
  "lost",
  "unknown",
] as const;

export const CULPRIT_KINDS = [
  /** a thread doing its own work, or the thread somebody waited for */
  "thread",
  /** runnable: who held the CPU */
  "rival",
  "self",
  "kernel-thread",
  "throttled",
  "idle-exit",
  "irqs-off",
  "preempt-off",
  "hardirq",
  "softirq",
  "nmi",
  "timer",
  "device",
  "work",
  "network",
  "none",
] as const;

export type PathClass = (typeof CLASSES)[number];
export type CulpritKind = (typeof CULPRIT_KINDS)[number];
