/** What can no longer be told, or only with one witness, when the host lacks an ability? */
import type { CapabilityId } from "../../linux/index.ts";
import { CAUSE_IDS, type CauseId } from "../../result/index.ts";

export interface Cost {
  /** cannot be told at all */
  readonly unprovable: readonly CauseId[];
  /** told by one witness only (`medium`), or less exactly */
  readonly weakened: readonly CauseId[];
}

const loses = (unprovable: readonly CauseId[], weakened: readonly CauseId[] = []): Cost => ({ unprovable, weakened });
const weakens = (...weakened: CauseId[]): Cost => loses([], weakened);
const NOTHING = loses([]);
const EVERYTHING = loses(CAUSE_IDS);

/** A kernel stack at switch-out names what a wait was for; syscalls alone say only which call it was in. */
const BY_STACK: readonly CauseId[] = [
  "lock-contention",
  "log-backpressure",
  "block-io",
  "cold-page-cache",
  "fsync-journal",
  "stopped",
  "app-sleep",
  "upstream-dependency",
];

export const COSTS: Readonly<Record<CapabilityId, Cost>> = {
  tracefs: EVERYTHING,
  "mono-clock": EVERYTHING,
  "sched-events": EVERYTHING,
  "migration-events": loses(["cpu-migration"], ["cpu-rival", "numa-remote"]),
  "process-events": loses(["process-spawn"], ["model-reload"]),
  "irq-events": loses(["hardirq-load"]),
  "irq-vector-events": weakens("hardirq-load", "preempt-off"),
  "softirq-events": loses(["softirq-load", "upstream-dependency"]),
  "timer-events": loses(["irqs-off"], ["preempt-off", "cfs-quota", "app-sleep"]),
  "workqueue-events": loses(["kworker-delay"]),
  "napi-events": weakens("softirq-load"),
  "syscall-events": loses(
    [
      "event-loop-blocked",
      "framework-polling",
      "fsync-journal",
      "gil-convoy",
      "lock-contention",
      "log-backpressure",
      "app-queue",
      "gpu-driver-init",
      "gpu-wait",
      "model-reload",
    ],
    ["block-io", "cold-page-cache", "app-sleep"],
  ),
  "block-events": loses(["block-io", "cold-page-cache"], ["fsync-journal", "swap-in", "page-cache-evicted"]),
  "reclaim-events": loses(["direct-reclaim"]),
  "memcg-reclaim-events": loses(["memcg-reclaim"], ["direct-reclaim"]),
  "compaction-events": loses(["compaction"], ["direct-reclaim"]),
  "page-cache-events": loses(["page-cache-evicted"], ["cold-page-cache"]),
  "fault-events": weakens("swap-in", "cold-page-cache"),
  "writeback-events": loses(["writeback-throttle"]),
  "journal-events": weakens("fsync-journal"),
  "signal-events": weakens("stopped"),
  "oom-events": loses(["oom-kill"]),
  "numa-events": loses(["numa-remote"]),
  "frequency-events": loses(["cpu-frequency"]),
  "idle-events": weakens("idle-exit"),
  "stack-trigger": weakens(...BY_STACK),
  "event-fork": weakens("process-spawn", "lock-contention", "log-backpressure"),
  // these are means to the same answers, not the only ones
  "hist-trigger": NOTHING,
  snapshot: NOTHING,
  "sub-buffer-size": NOTHING,
  "function-tracer": NOTHING,
  kprobes: NOTHING,
  uprobes: NOTHING,
  "dead-man-switch": NOTHING,
  "irqsoff-tracer": weakens("irqs-off"),
  "preemptoff-tracer": weakens("preempt-off"),
  "wakeup-tracer": NOTHING,
  "noise-tracers": weakens("hardware-noise"),
  pressure: weakens("block-io", "fsync-journal", "direct-reclaim"),
  schedstat: weakens("cpu-rival", "cpu-self-contention"),
  symbols: weakens("irqs-off", "preempt-off", "kworker-delay", ...BY_STACK),
  "others-descriptors": weakens("log-backpressure", "upstream-dependency"),
  "cgroup-cpu": weakens("cfs-quota"),
  "cgroup-memory": weakens("memcg-reclaim", "oom-kill"),
  "cgroup-freezer": NOTHING,
  "cgroup-cpuset": NOTHING,
  "cpu-frequency": loses(["cpu-frequency"]),
  "cpu-idle": loses(["idle-exit"]),
  steal: loses(["vcpu-steal"]),
  swap: loses(["swap-in"]),
  numa: loses(["numa-remote"]),
  gpu: loses(["gpu-driver-init", "gpu-wait"]),
};
