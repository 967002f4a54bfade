import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { fireOnce, phaseMs, phaseNames, serveHttp } from "./test-support/serve.ts";
import { wavHeader } from "./test-support/wav.ts";

const SOUND = Buffer.alloc(1000, 1);
const say = (url: string, more: object = {}) => fireOnce({ kind: "openai-speech", url, text: "hello", ...more });
const later = (ms: number, step: () => void): void => void setTimeout(step, ms);
const delta = (bytes: Buffer): string => `data: ${JSON.stringify({ type: "speech.audio.delta", audio: bytes.toString("base64") })}\n\n`;
const events = (response: ServerResponse): ServerResponse => response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });

describe("openai-speech", () => {
  it("asks on the standard path unless the address has one of its own", async () => {
    const seen: unknown[] = [];
    const url = await serveHttp((request, response) => {
      request.on("data", (part: Buffer) => seen.push([request.url, JSON.parse(part.toString())]));
      request.on("end", () => response.end(SOUND));
    });
    for (const path of ["", "/v1/", "/tts"]) expect((await say(url + path, { voice: "af" })).status).toBe("ok");
    await say(url, { responseFormat: "pcm", stream: true, streamFormat: "sse", model: "kokoro" });
    const body = { voice: "af", input: "hello", response_format: "wav" };
    expect(seen).toEqual([
      ["/v1/audio/speech", body],
      ["/v1/audio/speech", body],
      ["/tts", body],
      ["/v1/audio/speech", { model: "kokoro", input: "hello", response_format: "pcm", stream: true, stream_format: "sse" }],
    ]);
  });

  it("does not take headers or a WAV header for sound", async () => {
    const url = await serveHttp((_, response) => {
      response.writeHead(200, { "content-type": "audio/wav" }).flushHeaders();
      later(30, () => response.write(wavHeader(2000)));
      later(90, () => response.write(SOUND));
      later(130, () => response.end(SOUND));
    });
    const record = await say(url);
    expect(phaseNames(record)).toEqual(["connect", "send", "headers", "first-audio", "stream"]);
    expect(record).toMatchObject({ status: "ok", bytes: 2044 });
    expect(phaseMs(record, "headers")).toBeLessThan(60);
    expect(phaseMs(record, "first-audio")).toBeGreaterThan(70);
    expect(phaseMs(record, "stream")).toBeGreaterThan(20);
  });

  it("takes the first byte of PCM", async () => {
    const url = await serveHttp((_, response) => {
      response.flushHeaders();
      later(40, () => response.write(SOUND));
      later(80, () => response.end(SOUND));
    });
    const record = await say(url, { responseFormat: "pcm" });
    expect(phaseMs(record, "first-audio")).toBeGreaterThan(30);
    expect(phaseMs(record, "stream")).toBeGreaterThan(20);
  });

  it("reads events: a delta that is only a header is not sound, done ends the request", async () => {
    const url = await serveHttp((_, response) => {
      events(response).write(`: hi\n\n${delta(wavHeader(2000))}`);
      later(60, () => response.write(delta(SOUND)));
      // the connection stays open: the request is over all the same
      later(90, () => response.write(`data: ${JSON.stringify({ type: "speech.audio.done" })}\n\n`));
    });
    const record = await say(url, { stream: true });
    expect(record.status).toBe("ok");
    expect(phaseMs(record, "first-audio")).toBeGreaterThan(50);
    expect(phaseMs(record, "stream")).toBeLessThan(1000);
  });

  it("fails when there is no sound, with the reason", async () => {
    const answers: Record<string, (response: ServerResponse) => void> = {
      "/header": (response) => response.writeHead(200, { "content-type": "audio/wav" }).end(wavHeader(0)),
      "/empty": (response) => response.end(),
      "/json": (response) => response.writeHead(200, { "content-type": "application/json" }).end("{}"),
      "/refused": (response) => response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ error: { message: "unknown voice" } })),
      "/error": (response) => events(response).end(`${delta(SOUND)}data: ${JSON.stringify({ type: "error", error: { message: "out of memory" } })}\n\n`),
      "/nonsense": (response) => events(response).end("data: {\n\ndata: [1]\n\n\u0000\u0001\ndata: null\n\n"),
    };
    const url = await serveHttp((request, response) => answers[request.url ?? ""]?.(response));
    const place = new URL(url).host;
    const error = async (path: string): Promise<string | undefined> => (await say(url + path)).error;
    expect(await error("/header")).toBe(`${place} ended its answer without one byte of sound`);
    expect(await error("/empty")).toBe(`${place} ended its answer without one byte of sound`);
    expect(await error("/json")).toBe(`${place} answered with application/json instead of sound`);
    expect(await error("/refused")).toBe(`${place} answered 400: unknown voice`);
    expect(await error("/error")).toBe(`${place} broke off the speech: out of memory`);
    expect(await error("/nonsense")).toBe(`${place} ended its answer without one byte of sound`);
  });
});
