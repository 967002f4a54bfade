/** Which causes can a verdict name? The ids are a contract: other programs store and compare them. Order = order of listing. */

export const CAUSE_GROUPS = {
  cpu: ["cpu-rival", "cpu-self-contention", "rt-hog", "cfs-quota", "cpu-migration", "numa-remote"],
  "kernel-section": ["irqs-off", "preempt-off", "hardirq-load", "softirq-load", "kworker-delay"],
  memory: ["kswapd-reclaim", "direct-reclaim", "memcg-reclaim", "swap-in", "compaction", "cold-page-cache", "page-cache-evicted", "oom-kill"],
  storage: ["block-io", "fsync-journal", "writeback-throttle", "log-backpressure"],
  waiting: [
    "lock-contention",
    "gil-convoy",
    "event-loop-blocked",
    "app-queue",
    "framework-polling",
    "app-sleep",
    "upstream-dependency",
    "process-spawn",
    "stopped",
  ],
  hardware: ["cpu-frequency", "idle-exit", "vcpu-steal", "hardware-noise"],
  gpu: ["gpu-driver-init", "gpu-wait", "model-reload"],
  application: ["application-cpu"],
} as const;

export type CauseGroup = keyof typeof CAUSE_GROUPS;
export type CauseId = (typeof CAUSE_GROUPS)[CauseGroup][number];

/** Verdicts that name no cause. */
export const NO_CAUSE = ["none", "inconclusive"] as const;

export const CAUSE_IDS: readonly CauseId[] = Object.values(CAUSE_GROUPS).flat();

export function isCauseId(text: string): text is CauseId {
  return (CAUSE_IDS as readonly string[]).includes(text);
}
