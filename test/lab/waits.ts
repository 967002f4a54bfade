/** What did a neighbour on the service's CPU cost the request, by the scheduler's own count and not by ftrace's? */
import { readFileSync } from "node:fs";
import type { Page } from "./page.ts";

/** ns runnable without a CPU since the thread began (field 2 of schedstat). */
export function runQueueWait(pid: number, tid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${tid}/schedstat`, "utf8").split(" ")[1]);
}

/**
 * While the worker computes it always wants the one CPU: what the neighbour had of it then is lost. Before and after, the event loop
 * often sleeps, so there its own wait counts. (The worker's run-queue wait would also hold its waits for the loop.)
 */
export async function costOfNeighbour(page: Page, loopWaitBefore: number): Promise<number> {
  const loopWaitAfter = runQueueWait(page.pid, page.loopTid);
  const { begin, end } = await page.lastCall();
  return begin.loopWait - loopWaitBefore + (end.watchedCpu - begin.watchedCpu) + (loopWaitAfter - end.loopWait);
}
