/** What may a kernel or a machine lack? One id per ability; manifests and the doctor's JSON use them. */

/** Events that are of use only together. `system:event`. All of a group must be there. */
export const EVENT_GROUPS = {
  "sched-events": ["sched:sched_switch", "sched:sched_waking"],
  "migration-events": ["sched:sched_migrate_task"],
  "process-events": ["sched:sched_process_fork", "sched:sched_process_exec", "sched:sched_process_exit"],
  "irq-events": ["irq:irq_handler_entry", "irq:irq_handler_exit"],
  "irq-vector-events": ["irq_vectors:local_timer_entry", "irq_vectors:local_timer_exit"],
  "softirq-events": ["irq:softirq_raise", "irq:softirq_entry", "irq:softirq_exit"],
  "timer-events": ["timer:hrtimer_start", "timer:hrtimer_expire_entry", "timer:hrtimer_expire_exit"],
  "workqueue-events": ["workqueue:workqueue_queue_work", "workqueue:workqueue_execute_start", "workqueue:workqueue_execute_end"],
  "napi-events": ["napi:napi_poll"],
  "syscall-events": ["raw_syscalls:sys_enter", "raw_syscalls:sys_exit"],
  "block-events": ["block:block_rq_issue", "block:block_rq_complete"],
  "reclaim-events": ["vmscan:mm_vmscan_direct_reclaim_begin", "vmscan:mm_vmscan_direct_reclaim_end"],
  "memcg-reclaim-events": ["vmscan:mm_vmscan_memcg_reclaim_begin", "vmscan:mm_vmscan_memcg_reclaim_end"],
  "compaction-events": ["compaction:mm_compaction_begin", "compaction:mm_compaction_end"],
  "page-cache-events": ["filemap:mm_filemap_add_to_page_cache"],
  "fault-events": ["exceptions:page_fault_user"],
  "writeback-events": ["writeback:balance_dirty_pages"],
  "journal-events": ["jbd2:jbd2_run_stats"],
  "signal-events": ["signal:signal_generate"],
  "oom-events": ["oom:mark_victim"],
  "numa-events": ["sched:sched_move_numa"],
  "frequency-events": ["power:cpu_frequency"],
  "idle-events": ["power:cpu_idle"],
} as const satisfies Record<string, readonly string[]>;

export type EventGroupId = keyof typeof EVENT_GROUPS;

const TRACEFS_IDS = [
  "tracefs",
  "mono-clock",
  "stack-trigger",
  "hist-trigger",
  "event-fork",
  "dead-man-switch",
  "sub-buffer-size",
  "snapshot",
  "function-tracer",
  "irqsoff-tracer",
  "preemptoff-tracer",
  "wakeup-tracer",
  "noise-tracers",
  "kprobes",
  "uprobes",
] as const;

const HOST_IDS = [
  "pressure",
  "schedstat",
  "symbols",
  "others-descriptors",
  "cgroup-cpu",
  "cgroup-memory",
  "cgroup-freezer",
  "cgroup-cpuset",
  "cpu-frequency",
  "cpu-idle",
  "steal",
  "swap",
  "numa",
  "gpu",
] as const;

export type TracefsAbilityId = EventGroupId | (typeof TRACEFS_IDS)[number];
export type HostAbilityId = (typeof HOST_IDS)[number];
export type CapabilityId = TracefsAbilityId | HostAbilityId;

export const CAPABILITY_IDS: readonly CapabilityId[] = ["tracefs", ...(Object.keys(EVENT_GROUPS) as EventGroupId[]), ...TRACEFS_IDS.slice(1), ...HOST_IDS];

/**
 * Why something is missing.
 * - `not-built`: not in this kernel. - `disabled`: built, but switched off. - `not-mounted`: built, its file system is not mounted.
 * - `no-permission`: not for this user. - `read-only`: mounted so. - `lockdown`: the kernel forbids it to everybody.
 * - `no-hardware`: this machine has none. - `unseen`: cannot be told until tracefs can be read.
 */
export type MissingReason = "not-built" | "disabled" | "not-mounted" | "no-permission" | "read-only" | "lockdown" | "no-hardware" | "unseen";

export type Missing = Partial<Readonly<Record<CapabilityId, MissingReason>>>;
