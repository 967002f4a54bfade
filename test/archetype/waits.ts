/** How long did the service's threads wait for a CPU, by the scheduler's own count and not by ftrace's? */
import { readFileSync } from "node:fs";
import type { Page } from "./page.ts";

/** ns runnable without a CPU since the thread began (field 2 of schedstat); 0 for a thread that is gone. */
export function runQueueWait(pid: number, tid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${tid}/schedstat`, "utf8").split(" ")[1]);
  } catch {
    return 0;
  }
}

/**
 * The run-queue wait that the request had to sit through: the worker's while it computed, and the event loop's before and after.
 * (The loop's wait while the worker computes delays nobody: they overlap.)
 */
export async function waitOfRequest(page: Page, loopWaitBefore: number): Promise<number> {
  const loopWaitAfter = runQueueWait(page.pid, page.loopTid);
  const call = await page.lastCall();
  return call.loopWaitAtBegin - loopWaitBefore + call.ownWait + (loopWaitAfter - call.loopWaitAtEnd);
}
