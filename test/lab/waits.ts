/** What did neighbours on the service's CPU cost a request, by the scheduler's own count and not by ftrace's? */
import { readFileSync } from "node:fs";
import type { LabService, Truth } from "./types.ts";

type Cost = Pick<Truth, "costNs" | "costOf" | "how">;

/** Of a thread by its id: ns on a CPU, ns runnable without one, since it began. Exact while it is not running. */
function schedstat(tid: number): { readonly onCpu: number; readonly waited: number } {
  const [onCpu = 0, waited = 0] = readFileSync(`/proc/${tid}/schedstat`, "utf8").split(" ").map(Number);
  return { onCpu, waited };
}

const sum = (tids: readonly number[], of: "onCpu" | "waited"): number => tids.reduce((total, tid) => total + schedstat(tid)[of], 0);

/**
 * Call it before the request; what it returns, after the request, with the neighbours stopped.
 * While the worker computes it always wants the one CPU: what the neighbours had of it then is lost. Before and after, the front threads
 * sleep at times, so there their own waits count. (The worker's run-queue wait would also hold its waits for the front.)
 * A service that measures nothing is taken as computing all the time.
 */
export async function watchNeighbours(service: LabService, tids: readonly number[]): Promise<() => Promise<Cost>> {
  const { frontTids, calls } = service;
  await service.watch?.(tids);
  const before = { front: sum(frontTids ?? [], "waited"), neighbours: sum(tids, "onCpu") };
  return async () => {
    if (frontTids === undefined || calls === undefined) {
      return { costNs: sum(tids, "onCpu") - before.neighbours, costOf: "culprits", how: "the neighbours' time on the CPU, from outside" };
    }
    const after = sum(frontTids, "waited");
    const call = (await calls()).at(-1);
    if (call === undefined) throw new Error(`${service.name} has measured no call`);
    return {
      costNs: call.begin.frontWait - before.front + (call.end.watchedCpu - call.begin.watchedCpu) + (after - call.end.frontWait),
      costOf: "culprits",
      how: "the neighbours' time on the CPU while the worker computed, and the front threads' run-queue waits before and after",
    };
  };
}
