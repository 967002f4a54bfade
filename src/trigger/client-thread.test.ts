import { describe, expect, it } from "vitest";
import { ClientThread } from "./client-thread.ts";

const INPUT = { config: { kind: "http", url: "http://127.0.0.1/" }, timeoutMs: 1000, markerPath: undefined } as const;
const READY = `port.postMessage({ kind: "ready", client: { pid: 1, tid: 2 } });`;

/** A worker that behaves as `code` says. */
function thread(code: string): ClientThread {
  const source = `import { parentPort as port } from "node:worker_threads"; ${code}`;
  return new ClientThread(INPUT, () => undefined, new URL(`data:text/javascript,${encodeURIComponent(source)}`));
}

describe("ClientThread", () => {
  it.each([
    ["ends", "process.exit(7)", "the client thread is gone: it ended with code 7"],
    ["throws", "throw new RangeError('deep\\u0007')", "the client thread is gone: RangeError: deep\\x07"],
  ])("makes a failed record when the worker %s in the middle of a request", async (_, code, error) => {
    const client = thread(`${READY} port.on("message", () => { ${code} });`);
    expect(await client.ready(undefined)).toEqual({ pid: 1, tid: 2 });
    const record = await client.fire("4", true, undefined);
    expect(record).toMatchObject({ id: "4", kind: "http", status: "failed", error, client: { pid: 1, tid: 2 } });
    expect(BigInt(record.end) >= BigInt(record.begin)).toBe(true);
    await client.close();
    expect(client.isGone).toBe(true);
    // a request after that is lost neither
    expect(await client.fire("5", true, undefined)).toMatchObject({ id: "5", status: "failed" });
  });

  it("gives up on a worker that does not react to an interruption, and ends it", async () => {
    const client = thread(`${READY} port.on("message", () => { for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100); });`);
    await client.ready(undefined);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    expect(await client.fire("0", true, controller.signal)).toMatchObject({ status: "failed", error: "interrupted" });
    await client.close();
    expect(client.isGone).toBe(true);
  }, 15_000);

  it("says so when the worker cannot start", async () => {
    const client = thread("throw new Error('no')");
    await expect(client.ready(undefined)).rejects.toMatchObject({ code: "trigger-bug", exitCode: 70 });
    await client.close();
  });
});
