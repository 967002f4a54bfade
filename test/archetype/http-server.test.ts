import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveTargets } from "../../src/linux/index.ts";
import { brokenLaws, nsBetween, type RunResult } from "../../src/result/index.ts";
import { runTrigger, type TriggerConfig } from "../../src/trigger/index.ts";
import { liveDiagnosis } from "./diagnose-live.ts";
import { projectRoot } from "./page.ts";
import { whyNoTracing } from "./requirements.ts";
import { freePort, startService, type ServiceProcess } from "./service-process.ts";

const CURL = "/usr/bin/curl";
const PYTHON = "/usr/bin/python3";

const whyNoPython = existsSync(PYTHON) ? undefined : `there is no ${PYTHON}`;
const whyNoCurl = whyNoPython ?? (existsSync(CURL) ? undefined : `there is no ${CURL}`);

describe("a plain Python http.server", () => {
  let port = 0;
  let service: ServiceProcess | undefined;
  let pid = 0;

  beforeAll(async () => {
    if (whyNoPython !== undefined) return;
    port = await freePort();
    service = await startService([PYTHON, join(projectRoot(), "test", "archetype", "http-server.py"), String(port)], {});
    pid = (service.ready as { pid: number }).pid;
  });
  afterAll(async () => service?.stop());

  const http = (): TriggerConfig => ({ kind: "http", url: `http://127.0.0.1:${port}/` });
  const curl = (): TriggerConfig => ({ kind: "command", argv: [CURL, "--silent", "--show-error", "--fail", `http://127.0.0.1:${port}/`] });

  it("is found by the port it listens on", ({ skip }) => {
    skip(whyNoPython !== undefined, whyNoPython);
    expect(resolveTargets({ port }).map((target) => target.pid)).toEqual([pid]);
  });

  it.for([["http", http], ["command", curl]] as const)("answers a %s trigger", async ([, trigger], { skip }) => {
    skip(whyNoCurl !== undefined, whyNoCurl);
    const records = await runTrigger(trigger(), { count: 2, warmup: 1, intervalMs: 10, timeoutMs: 10_000 });
    expect(records.map((record) => record.error ?? record.status)).toEqual(["ok", "ok"]);
  });

  it.for([["http", http], ["command", curl]] as const)("is explained as its own computing, fired by %s", { timeout: 60_000 }, async ([, trigger], { skip }) => {
    const why = whyNoCurl ?? whyNoTracing();
    skip(why !== undefined, why);
    const result = await liveDiagnosis()({ pid, trigger: trigger(), count: 4, warmup: 1, beforeRequest: async () => undefined, afterRequest: async () => undefined });
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
