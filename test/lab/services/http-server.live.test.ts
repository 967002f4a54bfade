import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { brokenLaws, nsBetween, type RunResult } from "../../../src/result/index.ts";
import { liveDiagnosis } from "../diagnose-live.ts";
import { startHttpService, whyNoHttpService, type HttpService } from "./http-service.ts";
import { whyNoTracing } from "../requirements.ts";

describe("diagnosis of a plain Python http.server", () => {
  const why = whyNoTracing() ?? whyNoHttpService();
  let service: HttpService | undefined;

  beforeAll(async () => {
    if (why === undefined) service = await startHttpService();
  });
  afterAll(async () => service?.stop());

  it.for(["http", "command"] as const)("explains a %s request as the server's own computing", async (kind, { skip }) => {
    if (service === undefined) return skip(why);
    const { pid, triggers } = service;
    const result = await liveDiagnosis()({
      pids: [pid],
      trigger: triggers[kind],
      count: 4,
      warmup: 1,
      beforeRequest: async () => undefined,
      afterRequest: async () => undefined,
    });
    expect(result.requests.map((request) => request.status)).toEqual(["ok", "ok", "ok", "ok"]);
    expect(brokenLaws(result)).toEqual([]);
    // what this machine's other work costs is not ours to promise: half is far below the 90 % of a quiet one
    for (const share of computingShares(result, pid)) expect(share).toBeGreaterThan(0.5);
  });
});

/** Of each request: how much of its time is a thread of the service on a CPU, or waiting for one. */
function computingShares(result: RunResult, pid: number): number[] {
  return result.requests.map((request) => {
    const own = request.path.filter((entry) => entry.thread.pid === pid && (entry.class === "running" || entry.class === "runnable"));
    return own.reduce((sum, entry) => sum + nsBetween(entry.beginNs, entry.endNs), 0) / request.durationNs;
  });
}
