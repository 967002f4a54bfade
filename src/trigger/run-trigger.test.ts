import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../base/index.ts";
import { runTrigger } from "./run-trigger.ts";
import { closedPort, expectSound, serveHttp } from "./test-support/serve.ts";
import type { ClientThreadId, TriggerConfig } from "./types.ts";

const isBuilt = existsSync(new URL("../../dist/trigger-worker.mjs", import.meta.url));
const RUN = { count: 2, warmup: 1, intervalMs: 20, timeoutMs: 3000 };

describe.skipIf(!isBuilt)("runTrigger through the built worker (skipped when dist/trigger-worker.mjs is missing: npm run build)", () => {
  it("fires from one thread that is not ours, in order, with the callbacks awaited", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stallscope-run-"));
    try {
      const markerPath = join(folder, "trace_marker");
      writeFileSync(markerPath, "");
      const steps: string[] = [];
      const clients: ClientThreadId[] = [];
      const url = await serveHttp((_, response) => {
        steps.push("request");
        response.end("x");
      });
      const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));
      const records = await runTrigger(
        { kind: "http", url },
        {
          ...RUN,
          markerPath,
          onClient: (client) => {
            steps.push("client");
            clients.push(client);
          },
          onWarmup: (record, index) => steps.push(`warmup ${index} ${record.status}`),
          beforeRequest: async (index) => {
            await rest();
            steps.push(`before ${index}`);
          },
          afterRequest: async (record, index) => {
            await rest();
            steps.push(`after ${index} ${record.id}`);
          },
        },
      );
      records.forEach(expectSound);
      expect(records.map(({ id, status }) => [id, status])).toEqual([
        ["0", "ok"],
        ["1", "ok"],
      ]);
      expect(steps).toEqual(["client", "request", "warmup 0 ok", "before 0", "request", "after 0 0", "before 1", "request", "after 1 1"]);
      const [client] = clients;
      expect(client?.pid).toBe(process.pid);
      expect(client?.tid).not.toBe(process.pid);
      expect(records[0]?.client).toEqual(client);
      const marks = readFileSync(markerPath, "utf8");
      expect(marks).toContain("stallscope request begin id=0");
      expect(marks).toContain("stallscope request end id=1");
      expect(marks).not.toContain("warmup");
      const gap = BigInt(records[1]?.begin ?? 0) - BigInt(records[0]?.end ?? 0);
      expect(gap > 40_000_000n).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("keeps failures as records, and lets the caller end the run", async () => {
    const config: TriggerConfig = { kind: "http", url: await closedPort() };
    const records = await runTrigger(config, RUN);
    expect(records.map(({ status }) => status)).toEqual(["failed", "failed"]);
    const enough = new Error("enough");
    await expect(
      runTrigger(config, {
        ...RUN,
        onWarmup: () => {
          throw enough;
        },
      }),
    ).rejects.toBe(enough);
    await expect(runTrigger(config, { ...RUN, beforeRequest: () => Promise.reject(enough) })).rejects.toBe(enough);
  });

  it("rejects with the user's error, its code, exit code and hint", async () => {
    const refused = runTrigger({ kind: "gradio", url: await closedPort(), inputs: [] }, RUN);
    await expect(refused).rejects.toBeInstanceOf(UserError);
    await expect(refused).rejects.toMatchObject({ code: "gradio-unreachable", exitCode: 3, hint: "is the service running, and is this its port?" });
    await expect(runTrigger({ kind: "http", url: "x" }, RUN)).rejects.toMatchObject({ code: "trigger-url", exitCode: 2 });
    await expect(runTrigger({ kind: "http", url: "http://h/" }, { ...RUN, markerPath: "/no/such/marker" })).rejects.toMatchObject({
      code: "trigger-marker",
      exitCode: 3,
    });
  });

  it("ends promptly when interrupted: during a request, between two, and while it prepares", async () => {
    const hanging = await serveHttp(() => undefined);
    const interruptedAfter = async (ms: number, config: TriggerConfig, run: object = {}) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), ms);
      const begin = performance.now();
      const records = await runTrigger(config, { ...RUN, warmup: 0, timeoutMs: 60_000, signal: controller.signal, ...run });
      expect(performance.now() - begin).toBeLessThan(ms + 1500);
      return records;
    };
    expect(await interruptedAfter(800, { kind: "http", url: hanging })).toMatchObject([{ id: "0", status: "failed", error: "interrupted" }]);
    expect(await interruptedAfter(50, { kind: "gradio", url: hanging, inputs: [] })).toEqual([]);
    const quick = await serveHttp((_, response) => response.end("x"));
    expect(await interruptedAfter(800, { kind: "http", url: quick }, { intervalMs: 60_000 })).toMatchObject([{ id: "0", status: "ok" }]);
  });

  it("fires warm-up requests whether or not anybody listens to them", async () => {
    let asked = 0;
    const url = await serveHttp((_, response) => {
      asked++;
      response.end("x");
    });
    const records = await runTrigger({ kind: "http", url }, { ...RUN, warmup: 3 });
    expect(records.map(({ id }) => id)).toEqual(["0", "1"]);
    expect(asked).toBe(5);
  });

  it("announces each command it runs", async () => {
    const clients: ClientThreadId[] = [];
    const records = await runTrigger({ kind: "command", argv: ["true"] }, { ...RUN, warmup: 0, onClient: (client) => clients.push(client) });
    expect(clients.slice(1)).toEqual(records.map(({ client }) => client));
    expect(clients[0]?.pid).toBe(process.pid);
  });
});
