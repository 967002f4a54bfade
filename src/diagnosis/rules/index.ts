/**
 * The registry. Its order is the order of claims: the deepest reason a thread could not go on comes first (it was not
 * let onto a CPU, or was stopped), then what a wait was for, then what the service itself did.
 */
import type { Rule } from "../define-rule.ts";
import { appQueue } from "./app-queue.ts";
import { appSleep } from "./app-sleep.ts";
import { applicationCpu } from "./application-cpu.ts";
import { blockIo } from "./block-io.ts";
import { cfsQuota } from "./cfs-quota.ts";
import { coldPageCache } from "./cold-page-cache.ts";
import { compaction } from "./compaction.ts";
import { cpuFrequency } from "./cpu-frequency.ts";
import { cpuMigration } from "./cpu-migration.ts";
import { cpuRival } from "./cpu-rival.ts";
import { cpuSelfContention } from "./cpu-self-contention.ts";
import { directReclaim } from "./direct-reclaim.ts";
import { eventLoopBlocked } from "./event-loop-blocked.ts";
import { frameworkPolling } from "./framework-polling.ts";
import { fsyncJournal } from "./fsync-journal.ts";
import { gilConvoy } from "./gil-convoy.ts";
import { gpuDriverInit } from "./gpu-driver-init.ts";
import { gpuWait } from "./gpu-wait.ts";
import { hardirqLoad } from "./hardirq-load.ts";
import { hardwareNoise } from "./hardware-noise.ts";
import { idleExit } from "./idle-exit.ts";
import { irqsOff } from "./irqs-off.ts";
import { kswapdReclaim } from "./kswapd-reclaim.ts";
import { kworkerDelay } from "./kworker-delay.ts";
import { lockContention } from "./lock-contention.ts";
import { logBackpressure } from "./log-backpressure.ts";
import { memcgReclaim } from "./memcg-reclaim.ts";
import { modelReload } from "./model-reload.ts";
import { numaRemote } from "./numa-remote.ts";
import { oomKill } from "./oom-kill.ts";
import { pageCacheEvicted } from "./page-cache-evicted.ts";
import { preemptOff } from "./preempt-off.ts";
import { processSpawn } from "./process-spawn.ts";
import { rtHog } from "./rt-hog.ts";
import { softirqLoad } from "./softirq-load.ts";
import { stopped } from "./stopped.ts";
import { swapIn } from "./swap-in.ts";
import { upstreamDependency } from "./upstream-dependency.ts";
import { vcpuSteal } from "./vcpu-steal.ts";
import { writebackThrottle } from "./writeback-throttle.ts";

export const RULES: readonly Rule[] = [
  stopped,
  cfsQuota,
  vcpuSteal,
  irqsOff,
  preemptOff,
  rtHog,
  kswapdReclaim,
  kworkerDelay,
  hardirqLoad,
  softirqLoad,
  cpuMigration,
  cpuRival,
  gilConvoy,
  processSpawn,
  cpuSelfContention,
  idleExit,
  oomKill,
  memcgReclaim,
  compaction,
  directReclaim,
  fsyncJournal,
  writebackThrottle,
  logBackpressure,
  numaRemote,
  swapIn,
  gpuDriverInit,
  gpuWait,
  modelReload,
  pageCacheEvicted,
  coldPageCache,
  appQueue,
  upstreamDependency,
  blockIo,
  lockContention,
  eventLoopBlocked,
  frameworkPolling,
  appSleep,
  hardwareNoise,
  cpuFrequency,
  applicationCpu,
];
