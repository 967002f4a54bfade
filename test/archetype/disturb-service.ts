/** Disturbances that come from the service itself, or that stop it: a sibling's lock, a blocked event loop, SIGSTOP. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { RequestRecord } from "../../src/bundle/index.ts";
import type { Injection } from "./injection.ts";
import type { Moment, Page } from "./page.ts";

/** Longer than a whole clean request's computing would hide. */
const HOLD_MS = 400;
const STOP_MS = 500;
/** The function of the request computes by then. */
const INTO_REQUEST_MS = 130;

const commOf = (page: Page, tid: number): string => readFileSync(`/proc/${page.pid}/task/${tid}/comm`, "utf8").trim();
const overlap = (begin: number, end: number, record: RequestRecord): number =>
  Math.max(0, Math.min(end, Number(record.end)) - Math.max(begin, Number(record.begin)));

/** A sibling thread sleeps with the model's lock in its hand. */
export async function siblingLock(page: Page): Promise<Injection> {
  let holder = { tid: 0, comm: "" };
  let over: Promise<Moment> | undefined;
  return {
    begin: async () => {
      const held = await page.disturb(`lock ${HOLD_MS}`);
      holder = { tid: held.first.tid, comm: commOf(page, held.first.tid) };
      over = held.over;
    },
    end: async () => {
      await over;
      const call = await page.lastCall();
      return {
        cause: "lock-contention",
        culprits: [holder],
        costNs: call.gotLock - call.wantedLock,
        costOf: "verdict",
        how: "the service's own clock around the lock",
      };
    },
    dispose: async () => undefined,
  };
}

/** An async handler that calls a blocking function, as web pages of models do. */
export async function blockedLoop(page: Page): Promise<Injection> {
  let block: { first: Moment; over: Promise<Moment> } | undefined;
  return {
    begin: async () => {
      block = await page.disturb(`loop-block ${HOLD_MS}`);
    },
    end: async (record) => {
      const over = await block?.over;
      return {
        cause: "event-loop-blocked",
        culprits: [{ tid: page.loopTid, comm: commOf(page, page.loopTid) }],
        costNs: overlap(block?.first.at ?? 0, over?.at ?? 0, record),
        costOf: "verdict",
        how: "the handler's own clock, its part inside the request",
      };
    },
    dispose: async () => undefined,
  };
}

export async function stopped(page: Page): Promise<Injection> {
  let stop = Promise.resolve({ from: 0, to: 0 });
  const now = (): number => Number(process.hrtime.bigint());
  return {
    begin: async () => {
      stop = sleep(INTO_REQUEST_MS).then(async () => {
        process.kill(page.pid, "SIGSTOP");
        const from = now();
        await sleep(STOP_MS);
        const to = now();
        process.kill(page.pid, "SIGCONT");
        return { from, to };
      });
    },
    end: async (record) => {
      const { from, to } = await stop;
      return { cause: "stopped", culprits: [], costNs: overlap(from, to, record), costOf: "verdict", how: "from SIGSTOP to SIGCONT" };
    },
    dispose: async () => {
      await stop;
      process.kill(page.pid, "SIGCONT");
    },
  };
}
