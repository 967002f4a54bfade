/** Disturbances that take the CPU from the service: a neighbour, a real-time hog, a quota. */
import { setTimeout as sleep } from "node:timers/promises";
import { CannotInject, type Injection } from "./injection.ts";
import { startNeighbour, type Neighbour } from "./neighbour.ts";
import type { Page } from "./page.ts";
import { createQuotaGroup } from "./quota-group.ts";
import { costOfNeighbour, runQueueWait } from "./waits.ts";

/** After this the function of a request usually runs: joining takes 8 ms, and Gradio 5 looks at its queue every 50 ms. */
const INTO_REQUEST_MS = 80;
/** Shorter than the 1.5 s after which the kernel would kill it, and longer than 4 slices. */
const HOG_MS = 400;
/** 25 ms of every 100 ms: what `--cpus 0.25` gives */
const QUOTA = { quotaUs: 25_000, periodUs: 100_000 };

const HOW = "the neighbour's time on the CPU while the worker computed, and the event loop's run-queue wait before and after";

const pinnedCpu = (page: Page): number => {
  if (page.cpu === undefined) throw new CannotInject("the page is not pinned to a CPU");
  return page.cpu;
};

async function dismiss(page: Page, neighbour: Neighbour): Promise<void> {
  try {
    await page.watch(0);
  } finally {
    await neighbour.kill();
  }
}

export async function rival(page: Page): Promise<Injection> {
  const neighbour = await startNeighbour(pinnedCpu(page), "other");
  await page.watch(neighbour.tid);
  let before = 0;
  return {
    begin: async () => {
      before = runQueueWait(page.pid, page.loopTid);
      neighbour.loose();
    },
    end: async () => {
      neighbour.hold();
      return {
        cause: "cpu-rival",
        culprits: [neighbour],
        costNs: await costOfNeighbour(page, before),
        costOf: "culprits",
        how: HOW,
      };
    },
    dispose: () => dismiss(page, neighbour),
  };
}

export async function realTimeHog(page: Page): Promise<Injection> {
  const neighbour = await startNeighbour(pinnedCpu(page), "fifo");
  await page.watch(neighbour.tid);
  let before = 0;
  let hogging = Promise.resolve();
  return {
    begin: async () => {
      before = runQueueWait(page.pid, page.loopTid);
      hogging = sleep(INTO_REQUEST_MS)
        .then(() => neighbour.loose())
        .then(() => sleep(HOG_MS))
        .then(() => neighbour.hold());
    },
    end: async () => {
      await hogging;
      return {
        cause: "rt-hog",
        culprits: [neighbour],
        costNs: await costOfNeighbour(page, before),
        costOf: "culprits",
        how: HOW,
      };
    },
    dispose: () => dismiss(page, neighbour),
  };
}

export async function quota(page: Page): Promise<Injection> {
  const group = createQuotaGroup();
  try {
    group.add(page.pid);
  } catch (error) {
    group.remove();
    throw error;
  }
  let before = 0;
  return {
    begin: async () => {
      before = group.throttledNs();
      group.limit(QUOTA);
    },
    end: async () => {
      group.limit(undefined);
      return { cause: "cfs-quota", culprits: [], costNs: group.throttledNs() - before, costOf: "verdict", how: "throttled time of the service's cgroup" };
    },
    dispose: async () => group.remove(),
  };
}
