import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../base/index.ts";
import { fireRequest } from "./fire-request.ts";
import { openMarker } from "./marker.ts";
import { expectSound, fireOnce, serveHttp } from "./test-support/serve.ts";

const CLIENT = { pid: 1, tid: 2 };

describe("fireRequest", () => {
  it("writes each mark at its time, with one write each", async () => {
    const url = await serveHttp((_, response) => response.end("x"));
    const marks: string[] = [];
    const record = await fireOnce({ kind: "http", url }, { id: "7", writeMarker: (text) => marks.push(text) });
    expect(record.status).toBe("ok");
    expect(marks).toEqual([
      "stallscope request begin id=7",
      "stallscope phase connect id=7",
      "stallscope phase send id=7",
      "stallscope phase wait id=7",
      "stallscope phase stream id=7",
      "stallscope request end id=7",
    ]);
  });

  it("ends a request that takes too long, at its time, and names the phase", async () => {
    const url = await serveHttp((_, response) => void response.write("x"));
    const begin = performance.now();
    const record = await fireOnce({ kind: "http", url }, { timeoutMs: 100 });
    expect(performance.now() - begin).toBeLessThan(1500);
    expect(record).toMatchObject({ status: "timeout", error: "no complete answer within 100 ms (phase stream)", bytes: 1 });
    const ms = Number(BigInt(record.end) - BigInt(record.begin)) / 1e6;
    expect(ms).toBeGreaterThan(95);
  });

  it("ends at once when interrupted, before or during", async () => {
    const url = await serveHttp(() => undefined);
    expect(await fireOnce({ kind: "http", url }, { signal: AbortSignal.abort() })).toMatchObject({ status: "failed", error: "interrupted" });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const begin = performance.now();
    expect(await fireOnce({ kind: "http", url }, { signal: controller.signal })).toMatchObject({ status: "failed", error: "interrupted" });
    expect(performance.now() - begin).toBeLessThan(1500);
  });

  it("does not lose a request to a kind that throws or never settles", async () => {
    const thrown = await fireRequest(
      {
        kind: "http",
        firstPhase: "connect",
        fire: () => {
          throw new TypeError("boom\u0007");
        },
      },
      { id: "0", timeoutMs: 1000, client: CLIENT },
    );
    expectSound(thrown);
    expect(thrown).toMatchObject({ status: "failed", error: "the request could not be carried out: TypeError: boom\\x07" });
    const stuck = await fireRequest(
      { kind: "http", firstPhase: "connect", fire: () => new Promise(() => undefined) },
      { id: "0", timeoutMs: 50, client: CLIENT },
    );
    expectSound(stuck);
    expect(stuck.status).toBe("timeout");
    expect(Number(BigInt(stuck.end) - BigInt(stuck.begin)) / 1e6).toBeLessThan(1000);
  });
});

describe("openMarker", () => {
  it("writes to the file, says when it cannot be opened, and never fails a write", () => {
    const folder = mkdtempSync(join(tmpdir(), "stallscope-marker-"));
    try {
      const path = join(folder, "trace_marker");
      writeFileSync(path, "");
      const marker = openMarker(path);
      marker.write("one");
      marker.close();
      expect(readFileSync(path, "utf8")).toBe("one");
      // EBADF, as the kernel answers while tracing is off
      expect(() => marker.write("two")).not.toThrow();
      expect(() => openMarker(join(folder, "missing"))).toThrow(UserError);
      const full = openMarker("/dev/full");
      expect(() => full.write("three")).not.toThrow();
      full.close();
      openMarker(undefined).write("nowhere");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
