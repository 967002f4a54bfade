/**
 * The registry. Its order is the order of claims: the deepest reason a thread could not go on comes first (it was not
 * let onto a CPU, or was stopped), then what a wait was for, then what the service itself did.
 */
import type { Rule } from "../define-rule.ts";
import { applicationCpu } from "./application-cpu.ts";
import { appSleep } from "./app-sleep.ts";
import { blockIo } from "./block-io.ts";
import { cfsQuota } from "./cfs-quota.ts";
import { coldPageCache } from "./cold-page-cache.ts";
import { cpuRival } from "./cpu-rival.ts";
import { cpuSelfContention } from "./cpu-self-contention.ts";
import { directReclaim } from "./direct-reclaim.ts";
import { eventLoopBlocked } from "./event-loop-blocked.ts";
import { frameworkPolling } from "./framework-polling.ts";
import { fsyncJournal } from "./fsync-journal.ts";
import { gilConvoy } from "./gil-convoy.ts";
import { hardirqLoad } from "./hardirq-load.ts";
import { irqsOff } from "./irqs-off.ts";
import { kswapdReclaim } from "./kswapd-reclaim.ts";
import { lockContention } from "./lock-contention.ts";
import { logBackpressure } from "./log-backpressure.ts";
import { preemptOff } from "./preempt-off.ts";
import { rtHog } from "./rt-hog.ts";
import { softirqLoad } from "./softirq-load.ts";
import { stopped } from "./stopped.ts";
import { upstreamDependency } from "./upstream-dependency.ts";

export const RULES: readonly Rule[] = [
  stopped,
  cfsQuota,
  irqsOff,
  preemptOff,
  rtHog,
  kswapdReclaim,
  cpuRival,
  cpuSelfContention,
  hardirqLoad,
  softirqLoad,
  directReclaim,
  fsyncJournal,
  logBackpressure,
  coldPageCache,
  upstreamDependency,
  blockIo,
  gilConvoy,
  lockContention,
  eventLoopBlocked,
  frameworkPolling,
  appSleep,
  applicationCpu,
];
