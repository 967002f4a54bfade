/**
 * Which disturbances of which services does the lab know? Half of them are held back: for the same cause another service, other magnitudes
 * and other thread names than in the shown half. Nothing of this file is known to a rule.
 */
import { dirty } from "./injectors/dirty.ts";
import { cpuOffline } from "./injectors/cpu-offline.ts";
import { evictWeights } from "./injectors/evict-weights.ts";
import { fifo } from "./injectors/fifo.ts";
import { freezer } from "./injectors/freezer.ts";
import { fsync } from "./injectors/fsync.ts";
import { gil } from "./injectors/gil.ts";
import { irqLoad } from "./injectors/irq-load.ts";
import { busyKworker } from "./injectors/kworker.ts";
import { lock } from "./injectors/lock.ts";
import { loopBlock } from "./injectors/loop-block.ts";
import { memoryLimit } from "./injectors/memory-limit.ts";
import { modelReload } from "./injectors/model-reload.ts";
import { evictedFile, neverReadFile } from "./injectors/page-cache.ts";
import { polling } from "./injectors/polling.ts";
import { queue } from "./injectors/queue.ts";
import { quota } from "./injectors/quota.ts";
import { rival } from "./injectors/rival.ts";
import { selfContention } from "./injectors/self-contention.ts";
import { appSleep } from "./injectors/sleep.ts";
import { slowDisk } from "./injectors/slow-disk.ts";
import { softirqFlood } from "./injectors/softirq-flood.ts";
import { spawn } from "./injectors/spawn.ts";
import { stop } from "./injectors/stop.ts";
import { unreadLog } from "./injectors/unread-log.ts";
import { upstream } from "./injectors/upstream.ts";
import type { Injector, Variant } from "./types.ts";

type Part = Omit<Variant, "cause">;

const part =
  (heldBack: boolean) =>
  (service: string, what: string, inject: Injector | undefined): Part => ({ id: `${service}/${what}`, service, inject, heldBack });
const shown = part(false);
const held = part(true);
const all = (cause: Variant["cause"], ...parts: readonly Part[]): readonly Variant[] => parts.map((one) => ({ ...one, cause }));

const MB = 1 << 20;
const QUARTER = { quotaUs: 25_000, periodUs: 100_000 };

export const VARIANTS: readonly Variant[] = [
  ...all(
    "none",
    shown("gradio-5", "clean", undefined),
    shown("python-threads", "clean", undefined),
    shown("node-pool", "clean", undefined),
    held("gradio-6", "clean", undefined),
    held("python-processes", "clean", undefined),
    held("demo", "clean", undefined),
  ),
  ...all(
    "cpu-rival",
    shown("gradio-5", "rival", rival({ name: "rsync" })),
    shown("python-threads", "rival", rival({ name: "cc1plus" })),
    shown("node-pool", "neighbours-3", rival({ name: "batch-job", count: 3 })),
    held("gradio-6", "rival", rival({ name: "updatedb" })),
    held("python-processes", "neighbours-4", rival({ name: "ffmpeg", count: 4 })),
    held("demo", "rival", rival({ name: "xz" })),
    // its CPU goes away in mid-request, and the one that stays is taken
    shown("python-threads", "cpu-offline", cpuOffline()),
    held("node-pool", "cpu-offline", cpuOffline()),
  ),
  ...all(
    "rt-hog",
    shown("gradio-5", "fifo-400", fifo({ name: "motor-ctl", afterMs: 80, forMs: 400 })),
    shown("node-pool", "fifo-250", fifo({ name: "jackd", afterMs: 40, forMs: 250 })),
    held("python-threads", "fifo-600", fifo({ name: "ptp4l", afterMs: 50, forMs: 600 })),
    held("demo", "fifo-300", fifo({ name: "can-rx", afterMs: 60, forMs: 300 })),
  ),
  ...all(
    "cfs-quota",
    shown("gradio-5", "quota-25", quota(QUARTER)),
    shown("python-processes", "quota-40", quota({ quotaUs: 20_000, periodUs: 50_000 })),
    held("gradio-6", "quota-30", quota({ quotaUs: 60_000, periodUs: 200_000 })),
    held("demo", "quota-20", quota({ quotaUs: 10_000, periodUs: 50_000 })),
    held("node-pool", "quota-50", quota({ quotaUs: 10_000, periodUs: 20_000 })),
  ),
  ...all(
    "stopped",
    shown("gradio-5", "stop-500", stop({ afterMs: 130, forMs: 500 })),
    shown("python-threads", "stop-300", stop({ afterMs: 70, forMs: 300 })),
    held("gradio-6", "stop-250", stop({ afterMs: 100, forMs: 250 })),
    held("node-pool", "stop-800", stop({ afterMs: 50, forMs: 800 })),
    held("demo", "stop-400", stop({ afterMs: 60, forMs: 400 })),
  ),
  ...all(
    "lock-contention",
    shown("gradio-5", "lock-400", lock({ ms: 400, doing: "sleeping", name: "refresh" })),
    shown("python-threads", "lock-busy-300", lock({ ms: 300, doing: "computing", name: "recalibrate" })),
    held("gradio-6", "lock-busy-350", lock({ ms: 350, doing: "computing", name: "reindex" })),
    held("python-processes", "lock-500", lock({ ms: 500, doing: "sleeping", name: "saver" })),
    held("node-pool", "lock-300", lock({ ms: 300, doing: "sleeping", name: "cache-warm" })),
    held("demo", "lock-400", lock({ ms: 400, doing: "sleeping", name: "cache-refresh" })),
  ),
  ...all(
    "event-loop-blocked",
    shown("gradio-5", "loop-block-400", loopBlock({ ms: 400 })),
    shown("python-threads", "loop-block-250", loopBlock({ ms: 250 })),
    held("gradio-6", "loop-block-300", loopBlock({ ms: 300 })),
    held("node-pool", "loop-block-350", loopBlock({ ms: 350 })),
  ),
  ...all(
    "gil-convoy",
    shown("python-threads", "gil-600", gil({ ms: 600, name: "tokeniser" })),
    held("gradio-6", "gil-800", gil({ ms: 800, name: "hit-counter" })),
  ),
  ...all(
    "app-queue",
    shown("python-threads", "queue-1", queue({ ahead: 1, beforeMs: 30 })),
    shown("gradio-5", "queue-1", queue({ ahead: 1, beforeMs: 80 })),
    held("node-pool", "queue-2", queue({ ahead: 2, beforeMs: 20 })),
    held("python-processes", "queue-3", queue({ ahead: 3, beforeMs: 20 })),
  ),
  ...all(
    "cpu-self-contention",
    shown("python-threads", "threads-6", selfContention({ threads: 6, ms: 60, name: "omp-worker" })),
    held("gradio-6", "threads-8", selfContention({ threads: 8, ms: 40, name: "blas" })),
    held("node-pool", "threads-4", selfContention({ threads: 4, ms: 90, name: "libuv" })),
  ),
  ...all(
    "app-sleep",
    shown("gradio-5", "sleep-300", appSleep({ ms: 300 })),
    shown("python-threads", "sleep-700", appSleep({ ms: 700 })),
    held("python-processes", "sleep-220", appSleep({ ms: 220 })),
    held("node-pool", "sleep-450", appSleep({ ms: 450 })),
  ),
  ...all(
    "upstream-dependency",
    shown("python-threads", "upstream-400", upstream({ ms: 400, doing: "sleeping", name: "vector-db" })),
    shown("gradio-5", "upstream-busy-300", upstream({ ms: 300, doing: "computing", name: "tokenizerd" })),
    held("node-pool", "upstream-500", upstream({ ms: 500, doing: "sleeping", name: "auth-svc" })),
    held("python-processes", "upstream-busy-250", upstream({ ms: 250, doing: "computing", name: "embedder" })),
  ),
  ...all(
    "framework-polling",
    shown("python-threads", "polling-450", polling({ everyMs: 450 })),
    held("python-processes", "polling-400", polling({ everyMs: 400 })),
  ),
  ...all(
    "log-backpressure",
    shown("python-threads", "log-350", unreadLog({ ms: 350, bytes: 200_000 })),
    held("gradio-6", "log-500", unreadLog({ ms: 500, bytes: 100_000 })),
    held("demo", "log-450", unreadLog({ ms: 450, bytes: 0 })),
  ),
  ...all(
    "page-cache-evicted",
    shown("gradio-5", "evicted-read-450", evictedFile({ bytes: 450 * MB, by: "read" })),
    shown("python-threads", "evicted-map-220", evictedFile({ bytes: 220 * MB, by: "map" })),
    held("node-pool", "evicted-read-300", evictedFile({ bytes: 300 * MB, by: "read" })),
    held("demo", "evicted-weights", evictWeights()),
  ),
  ...all(
    "cold-page-cache",
    shown("python-threads", "slow-disk-20", slowDisk({ bytes: 20 * MB, by: "read", bytesPerSecond: 60 * MB })),
    held("node-pool", "slow-disk-12", slowDisk({ bytes: 12 * MB, by: "read", bytesPerSecond: 25 * MB })),
    shown("python-threads", "cold-read-250", neverReadFile({ bytes: 250 * MB, by: "read" })),
    held("python-processes", "cold-map-80", neverReadFile({ bytes: 80 * MB, by: "map" })),
  ),
  ...all(
    "process-spawn",
    shown("python-threads", "spawn-true-250", spawn({ count: 250, program: ["/bin/true"] })),
    shown("gradio-5", "spawn-python-24", spawn({ count: 24, program: ["/usr/bin/python3", "-c", "pass"] })),
    held("node-pool", "spawn-sh-90", spawn({ count: 90, program: ["/bin/sh", "-c", "exit"] })),
    held("python-processes", "spawn-node-4", spawn({ count: 4, program: [process.execPath, "-e", "0"] })),
  ),
  ...all(
    "model-reload",
    shown("gradio-5", "reload-300", modelReload({ bytes: 300 * MB, from: "memory", idleMs: 300, fileName: "voice.onnx" })),
    shown("python-threads", "reload-disk-200", modelReload({ bytes: 200 * MB, from: "disk", idleMs: 200, fileName: "model.safetensors" })),
    held("node-pool", "reload-400", modelReload({ bytes: 400 * MB, from: "memory", idleMs: 250, fileName: "weights.gguf" })),
    held("python-processes", "reload-disk-150", modelReload({ bytes: 150 * MB, from: "disk", idleMs: 400, fileName: "pytorch_model.bin" })),
  ),
  ...all(
    "memcg-reclaim",
    shown("python-threads", "memory-80", memoryLimit({ cacheBytes: 300 * MB, mappers: 60, wantedBytes: 80 * MB, headroomBytes: 4 * MB })),
    held("gradio-6", "memory-90", memoryLimit({ cacheBytes: 300 * MB, mappers: 100, wantedBytes: 90 * MB, headroomBytes: 8 * MB })),
  ),
  ...all(
    "softirq-load",
    shown("python-threads", "flood-200k", softirqFlood({ rounds: 200_000, pauseUs: 50 })),
    held("node-pool", "flood-400k", softirqFlood({ rounds: 400_000, pauseUs: 80 })),
  ),
  ...all(
    "hardirq-load",
    shown("python-threads", "irq-20", irqLoad({ clocks: 20, periodUs: 200 })),
    held("node-pool", "irq-40", irqLoad({ clocks: 40, periodUs: 300 })),
  ),
  ...all(
    "kworker-delay",
    shown("python-threads", "kworker-90k", busyKworker({ segments: 30_000, namespaces: 3 })),
    held("python-processes", "kworker-120k", busyKworker({ segments: 30_000, namespaces: 4 })),
  ),
  ...all(
    "stopped",
    shown("python-processes", "freezer-300", freezer({ afterMs: 60, forMs: 300 })),
    held("demo", "freezer-450", freezer({ afterMs: 80, forMs: 450 })),
  ),
  ...all("fsync-journal", shown("python-threads", "fsync-200", fsync({ megabytes: 200 })), held("node-pool", "fsync-320", fsync({ megabytes: 320 }))),
  ...all(
    "writeback-throttle",
    shown("python-threads", "dirty-64", dirty({ bytes: 64 * MB, limitBytes: 8 * MB })),
    held("node-pool", "dirty-120", dirty({ bytes: 120 * MB, limitBytes: 16 * MB })),
  ),
];
