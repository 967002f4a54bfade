import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../base/index.ts";
import { fireRequest } from "./fire-request.ts";
import { resultFileUrl } from "./gradio-file.ts";
import { prepareGradio } from "./gradio.ts";
import { serveGradio, type StubOptions } from "./test-support/gradio-stub.ts";
import { closedPort, expectSound, fireOnce, phaseMs, phaseNames, serveHttp } from "./test-support/serve.ts";

const call = (url: string, more: object = {}) => fireOnce({ kind: "gradio", url, api: "speak", inputs: { text: "hi" }, ...more });
/** code, exit code and sentence of the UserError */
async function refusal(url: string, more: object = {}): Promise<readonly unknown[]> {
  try {
    await prepareGradio({ kind: "gradio", url, api: "speak", inputs: { text: "hi" }, ...more });
    return ["accepted"];
  } catch (error) {
    return error instanceof UserError ? [error.code, error.exitCode, error.message] : ["not a UserError", String(error)];
  }
}
async function errorOf(options: StubOptions): Promise<string | undefined> {
  return (await call((await serveGradio(options)).url)).error;
}

describe("gradio", () => {
  it.each<[string, StubOptions]>([
    ["5.45.0", { version: "5.45.0", pollMs: 50 }],
    ["6.11", { version: "6.11.0", pollMs: 0 }],
    ["4.44", { version: "4.44.1", prefix: "", pollMs: 50 }],
  ])("measures join, queued, run and deliver on %s", async (_, options) => {
    const stub = await serveGradio({ ...options, queueMs: 60, runMs: 100 });
    const record = await call(stub.url);
    expect(record).toMatchObject({ kind: "gradio", status: "ok", httpStatus: 200 });
    expect(phaseNames(record)).toEqual(["join", "queued", "run", "deliver"]);
    expect(phaseMs(record, "queued")).toBeGreaterThan(55 + (options.pollMs ?? 0));
    expect(phaseMs(record, "run")).toBeGreaterThan(95);
    expect(record.bytes).toBeGreaterThan(1044);
    expect(stub.calls).toEqual([["Same voice", null, "hi", null, 0.8, true]]);
    const prefix = options.prefix ?? "/gradio_api";
    expect(stub.paths).toEqual([
      "GET /config",
      `GET ${prefix}/info`,
      `POST ${prefix}/queue/join`,
      `GET ${prefix}/queue/data`,
      `GET ${prefix}/file=/tmp/gradio/abc/out.wav`,
    ]);
  });

  it("discovers and uploads once, before the first request", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stallscope-upload-"));
    try {
      const file = join(folder, 'my "voice".wav');
      writeFileSync(file, "RIFFsound");
      const stub = await serveGradio();
      const prepared = await prepareGradio({ kind: "gradio", url: `${stub.url}/?__theme=dark`, api: "/speak", inputs: { text: "hi" }, files: { Voice: file } });
      expect(stub.paths).toEqual(["GET /config", "GET /gradio_api/info", "POST /gradio_api/upload"]);
      expect(stub.uploads[0]).toContain('filename="my %22voice%22.wav"\r\ncontent-type: application/octet-stream\r\n\r\nRIFFsound\r\n--');
      for (const id of ["0", "1"]) {
        const record = await fireRequest(prepared, { id, timeoutMs: 5000, client: { pid: 1, tid: 2 } });
        expectSound(record);
        expect(record.status).toBe("ok");
      }
      expect(stub.paths.filter((path) => path.endsWith("/upload"))).toHaveLength(1);
      expect((stub.calls[1] as unknown[])[1]).toEqual({ path: "/tmp/gradio/abc/voice.wav", orig_name: 'my "voice".wav', meta: { _type: "gradio.FileData" } });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("posts directly to a function without a queue", async () => {
    const stub = await serveGradio();
    const record = await call(stub.url, { api: "direct" });
    expect(record.status).toBe("ok");
    expect(phaseNames(record)).toEqual(["run"]);
  });

  it("tells how the function failed", async () => {
    const message = (fields: object): string => `data: ${JSON.stringify(fields)}\n\n`;
    const completed = (output: unknown): string => message({ msg: "process_completed", event_id: "event-1", output, success: false });
    expect(await errorOf({ ending: [completed({ error: "no voice\u001b today" })] })).toBe("the function of the page failed: no voice\\x1b today");
    expect(await errorOf({ ending: [completed({ error: null })] })).toContain("the page does not say why");
    expect(await errorOf({ ending: [message({ msg: "unexpected_error", message: "Server stopped unexpectedly." })] })).toBe(
      "the page broke off the request: Server stopped unexpectedly.",
    );
    expect(await errorOf({ ending: [message({ msg: "close_stream" })] })).toBe("the page closed the stream before the request was completed");
    expect(await errorOf({ ending: [] })).toBe("the page ended the stream before the request was completed");
    expect(await errorOf({ ending: ["data: <html>\n\n"] })).toBe("the page sent a queue message that is not JSON: <html>");
    expect(await errorOf({ ending: ["data: [1]\n\n"] })).toContain("is not JSON");
    expect(await errorOf({ joinStatus: { status: 503, body: { detail: "Queue is full. Max size is 4 and size is 4." } } })).toBe(
      "queue/join answered 503: Queue is full. Max size is 4 and size is 4.",
    );
    expect(await errorOf({ joinStatus: { status: 200, body: { nothing: 1 } } })).toBe("queue/join did not answer with an event id");
    expect(await errorOf({ fileStatus: 403 })).toContain("the result file answered 403");
  });

  it("ignores messages about other events, and unknown ones", async () => {
    const other = `data: ${JSON.stringify({ msg: "process_completed", event_id: "event-9", success: false, output: {} })}\n\n`;
    const own = `event: x\nid: 1\ndata: ${JSON.stringify({ msg: "new_thing", event_id: "event-1" })}\n\ndata: ${JSON.stringify({ msg: "process_completed", event_id: "event-1", success: true, output: { data: ["text"] } })}\n\n`;
    const stub = await serveGradio({ ending: [other, own] });
    const record = await call(stub.url);
    expect(record.status).toBe("ok");
    expect(phaseNames(record)).toEqual(["join", "queued", "run"]);
  });

  it("times out in the phase it is in", async () => {
    const stub = await serveGradio({ queueMs: 2000 });
    const prepared = await prepareGradio({ kind: "gradio", url: stub.url, api: "speak", inputs: { text: "hi" } });
    const record = await fireRequest(prepared, { id: "0", timeoutMs: 200, client: { pid: 1, tid: 2 } });
    expect(record).toMatchObject({ status: "timeout", error: "no complete answer within 200 ms (phase queued)" });
  });

  it("refuses what is not there, listing what is", async () => {
    const { url } = await serveGradio();
    expect(await refusal(url, { api: "nope" })).toEqual(["gradio-api", 2, "the page has no function nope"]);
    expect(await refusal(url, { api: "__proto__" })).toEqual(["gradio-api", 2, "the page has no function __proto__"]);
    expect((await refusal(url, { api: "hidden" })).slice(0, 2)).toEqual(["gradio-api", 2]);
    expect((await refusal(url, { api: undefined })).slice(0, 2)).toEqual(["gradio-api", 2]);
    expect((await refusal(url, { files: { voice: "/x" } })).slice(0, 2)).toEqual(["gradio-input-unknown", 2]);
    expect(await refusal(url, { files: { Voice: "/no/such.wav" } })).toEqual(["gradio-file", 2, "the file /no/such.wav cannot be read (ENOENT)"]);
    const closed = await closedPort();
    expect(await refusal(closed)).toEqual(["gradio-unreachable", 3, `nothing answers on ${new URL(closed).host}`]);
    expect((await refusal((await serveGradio({ configStatus: 401 })).url)).slice(0, 2)).toEqual(["gradio-login", 3]);
    expect((await refusal((await serveGradio({ protocol: "ws" })).url)).slice(0, 2)).toEqual(["gradio-protocol", 3]);
    expect((await refusal(await serveHttp((_, response) => response.end("<html>")))).slice(0, 2)).toEqual(["gradio-not-found", 3]);
    expect((await refusal(await serveHttp((_, response) => response.end("{}")))).slice(0, 2)).toEqual(["gradio-not-found", 3]);
    expect((await refusal("nonsense")).slice(0, 2)).toEqual(["trigger-url", 2]);
  });
});

describe("resultFileUrl", () => {
  const file = (fields: object): unknown => [null, { value: [{ path: "/tmp/a b#.wav", meta: { _type: "gradio.FileData" }, ...fields }] }];
  const find = (outputs: unknown): string | undefined => resultFileUrl(outputs, "http://127.0.0.1:7860/tts", "/gradio_api")?.href;

  it("asks the service itself, wherever the file claims to be", () => {
    expect(find(file({ url: "http://127.0.0.1:7860/tts/gradio_api/file=/x.wav" }))).toBe("http://127.0.0.1:7860/tts/gradio_api/file=/x.wav");
    const own = "http://127.0.0.1:7860/tts/gradio_api/file=/tmp/a%20b%23.wav";
    expect(find(file({ url: "http://169.254.169.254/latest" }))).toBe(own);
    expect(find(file({ url: null }))).toBe(own);
    expect(find(file({ path: "https://elsewhere/x.wav", url: "https://elsewhere/x.wav" }))).toBeUndefined();
  });

  it("finds nothing where there is no file", () => {
    expect(find(["text", 1, null, { path: "/x" }])).toBeUndefined();
    expect(find(undefined)).toBeUndefined();
    let deep: unknown = file({});
    for (let level = 0; level < 2000; level++) deep = [deep];
    expect(find(deep)).toBeUndefined();
  });
});
