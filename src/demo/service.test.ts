import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entryPoint } from "../linux/index.ts";
import { startDemoService, type DemoService } from "./index.ts";
import { leftovers } from "./testing/leftovers.ts";
import { ask, loudness, samplesOf, speak } from "./testing/speech-client.ts";

let service: DemoService;
beforeAll(async () => {
  service = await startDemoService();
}, 60_000);
afterAll(async () => {
  await service.stop();
  expect(leftovers({ stateDirs: [service.stateDir], pids: [service.pid] })).toEqual([]);
});

describe("speech", () => {
  it.each([
    ["English", "The train to the airport is late again this morning.", 2, 4],
    ["Chinese", "开往机场的火车今天早上又晚点了。", 2.5, 6],
  ])("is spoken in %s", async (_language, text, shortest, longest) => {
    const { status, body } = await speak(service.port, text);
    expect(status).toBe(200);
    expect(body.toString("latin1", 0, 4)).toBe("RIFF");
    expect(body.toString("latin1", 8, 16)).toBe("WAVEfmt ");
    expect([body.readUInt16LE(20), body.readUInt16LE(22), body.readUInt32LE(24), body.readUInt16LE(34)]).toEqual([1, 1, 24_000, 16]);
    const samples = samplesOf(body.subarray(44));
    const seconds = samples.length / 24_000;
    expect(seconds).toBeGreaterThan(shortest);
    expect(seconds).toBeLessThan(longest);
    expect(loudness(samples)).toBeGreaterThan(0.03);
    expect(loudness(samples)).toBeLessThan(0.5);
  });

  it("is the same twice, and comes without a header as pcm", async () => {
    const wav = await speak(service.port, "Twice the same.");
    const pcm = await speak(service.port, "Twice the same.", "pcm");
    // eSpeak adds a little noise of its own to each sentence
    expect(Math.abs(pcm.body.length - (wav.body.length - 44))).toBeLessThan(2400);
    expect(pcm.body.toString("latin1", 0, 4)).not.toBe("RIFF");
  });

  it("says in the log what IndexTTS says", async () => {
    await speak(service.port);
    for (const name of ["gpt_gen_time", "s2mel_time", "bigvgan_time", "Total inference time", "Generated audio length"]) {
      expect(service.log()).toMatch(new RegExp(`^>> ${name}: \\d+\\.\\d\\d seconds$`, "m"));
    }
    expect(service.log()).toMatch(/^>> RTF: \d+\.\d{4}$/m);
  });

  it.each([
    ["no text", {}, "input is not a text"],
    ["nothing to say", { input: " ... " }, "nothing in it that can be spoken"],
    ["an unknown format", { input: "Hello.", response_format: "mp3" }, "response_format is neither wav nor pcm"],
    ["a text that is too long", { input: "a".repeat(2001) }, "at most 2000"],
  ])("refuses %s", async (_what, body, sentence) => {
    const answer = await ask(service.port, "POST", "/v1/audio/speech", body);
    expect(answer.status).toBe(400);
    expect(answer.body.toString()).toContain(sentence);
  });

  it("takes requests one after the other", async () => {
    const both = await Promise.all([speak(service.port), speak(service.port)]);
    const [first = 0, second = 0] = both.map((one) => one.ms).sort((a, b) => a - b);
    expect(second).toBeGreaterThan(first * 1.4);
  });
});

describe("the page", () => {
  it("tells its health and shows a form", async () => {
    expect(JSON.parse((await ask(service.port, "GET", "/health")).body.toString())).toEqual({ status: "ok", queue: 0 });
    expect((await ask(service.port, "GET", "/")).body.toString()).toContain("<form>");
    expect((await ask(service.port, "GET", "/nothing")).status).toBe(404);
  });

  it("is called through the queue like Gradio", async () => {
    const join = await ask(service.port, "POST", "/gradio_api/queue/join", {
      data: ["Same as the voice reference", "Hello from the queue.", 0.65],
      fn_index: 0,
      session_hash: "s1",
      trigger_id: null,
      event_data: null,
    });
    expect(JSON.parse(join.body.toString())).toEqual({ event_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string });
    const stream = (await ask(service.port, "GET", "/gradio_api/queue/data?session_hash=s1")).body.toString();
    const messages = stream
      .split("\n\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line.slice("data: ".length)) as Record<string, unknown>);
    expect(messages.map((message) => message["msg"])).toEqual([
      "estimation",
      "process_starts",
      "progress",
      "progress",
      "progress",
      "process_completed",
      "close_stream",
    ]);
    expect(stream).toContain('"desc":"speech synthesis 1/1..."');
    const path = /"path":"([^"]+)"/.exec(stream)?.[1] ?? "";
    const file = await ask(service.port, "GET", `/gradio_api/file=${path}`);
    expect(file.status).toBe(200);
    expect(file.body.readUInt32LE(40)).toBe(file.body.length - 44);
    expect((await ask(service.port, "GET", `/gradio_api/file=${service.weightsPath}`)).status).toBe(404);
    expect((await ask(service.port, "GET", "/gradio_api/queue/data?session_hash=s1")).status).toBe(404);
  });
});

describe("the process", () => {
  it("names its threads", () => {
    const comms = service.threads.map(({ tid }) => readFileSync(`/proc/${service.pid}/task/${tid}/comm`, "utf8").trim());
    expect(comms).toEqual(["tts-worker-0", "tts-worker-1", "cache-refresh"]);
  });

  it("ends and removes its files when whoever started it is gone", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stallscope-demo-"));
    const child = spawn(process.execPath, [entryPoint("demo-service"), "--state-dir", folder, "--remove-state-dir"], { stdio: ["pipe", "pipe", "inherit"] });
    while (!existsSync(join(folder, "weights.bin"))) await sleep(5);
    child.stdin.end();
    expect(await once(child, "close")).toEqual([0, null]);
    expect(existsSync(folder)).toBe(false);
  });

  it("says in one sentence that it cannot speak, and exits with 3", async () => {
    const root = mkdtempSync(join(tmpdir(), "stallscope-demo-"));
    try {
      writeFileSync(join(root, "package.json"), "{}");
      cpSync(join(entryPoint("demo-service"), ".."), join(root, "dist"), { recursive: true });
      const child = spawn(process.execPath, [join(root, "dist", "demo-service.mjs"), "--state-dir", root], { stdio: ["pipe", "ignore", "pipe"] });
      let said = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
      expect(await once(child, "close")).toEqual([3, null]);
      expect(said).toBe("the demo service cannot speak: the package @echogarden/espeak-ng-emscripten is not installed (npm install)\n");
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
