import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveTargets } from "../../../src/linux/index.ts";
import { runTrigger } from "../../../src/trigger/index.ts";
import { startHttpService, whyNoHttpService, type HttpService } from "./http-service.ts";

describe("a plain Python http.server", () => {
  const why = whyNoHttpService();
  let service: HttpService | undefined;

  beforeAll(async () => {
    if (why === undefined) service = await startHttpService();
  });
  afterAll(async () => service?.stop());

  it("is found by the port it listens on", ({ skip }) => {
    if (service === undefined) return skip(why);
    expect(resolveTargets({ port: service.port }).map((target) => target.pid)).toEqual([service.pid]);
  });

  it.for(["http", "command"] as const)("answers a %s trigger", async (kind, { skip }) => {
    if (service === undefined) return skip(why);
    const records = await runTrigger(service.triggers[kind], { count: 2, warmup: 1, intervalMs: 10, timeoutMs: 10_000 });
    expect(records.map((record) => record.error ?? record.status)).toEqual(["ok", "ok"]);
  });
});
