import { describe, expect, it } from "vitest";
import { EXIT, UserError, type ExitCode } from "../base/index.ts";
import { createCliContext, languageOf, type CliContext } from "./context.ts";
import type { Handlers } from "./handlers.ts";
import { runCli } from "./run-cli.ts";

interface Called {
  readonly code: ExitCode;
  readonly name: string | undefined;
  readonly request: unknown;
  readonly context: CliContext | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

async function call(argv: string[], options: { env?: Record<string, string>; reject?: unknown; isTTY?: boolean } = {}): Promise<Called> {
  let stdout = "";
  let stderr = "";
  let name: string | undefined;
  let request: unknown;
  let context: CliContext | undefined;
  const handler =
    (called: string) =>
    async (given: unknown, made: CliContext): Promise<ExitCode> => {
      [name, request, context] = [called, given, made];
      if (options.reject !== undefined) throw options.reject;
      return EXIT.ok;
    };
  const names: (keyof Handlers)[] = ["doctor", "diagnose", "capture", "analyze", "compare", "export", "demo", "causes", "janitor"];
  const handlers = Object.fromEntries(names.map((each) => [each, handler(each)])) as unknown as Handlers;
  const io = {
    stdout: { write: (text: string) => (stdout += text), isTTY: options.isTTY ?? false },
    stderr: { write: (text: string) => (stderr += text), isTTY: false },
    env: options.env ?? {},
  };
  const code = await runCli(argv, io, handlers, "1.2.3");
  return { code, name, request, context, stdout, stderr };
}

describe("diagnose", () => {
  it("takes the port of a URL on this machine as the target", async () => {
    const { code, request } = await call(["diagnose", "--url", "http://127.0.0.1:7860/tts"]);
    expect(code).toBe(EXIT.ok);
    expect(request).toEqual({
      target: { port: 7860 },
      keep: false,
      firing: { trigger: { kind: "http", url: "http://127.0.0.1:7860/tts" }, count: 5, warmup: 1, intervalMs: 200, timeoutMs: 60_000 },
    });
  });

  it.each([
    ["http://localhost/", 80],
    ["https://[::1]/", 443],
    ["http://127.9.9.9:81/", 81],
  ])("%s is port %d of this machine", async (url, port) => {
    expect((await call(["diagnose", "--url", url])).request).toMatchObject({ target: { port } });
  });

  it("reads every option of a request", async () => {
    const { request } = await call([
      "diagnose",
      "--pid",
      "7,8",
      "--pid",
      "9",
      "--name",
      "webui.py",
      "--url",
      "http://10.0.0.1/x",
      "--method",
      "PUT",
      "--header",
      "X-A: b: c",
      "--header",
      "accept: */*",
      "--body",
      "-",
      "-n",
      "3",
      "--warmup",
      "0",
      "--interval",
      "10",
      "--timeout",
      "2.5",
      "--fail-on",
      "20%",
      "--buffer",
      "4096",
      "--output",
      "out",
    ]);
    expect(request).toEqual({
      target: { pids: [7, 8, 9], names: ["webui.py"] },
      keep: true,
      output: "out",
      failOn: 0.2,
      bufferKb: 4096,
      firing: {
        trigger: { kind: "http", url: "http://10.0.0.1/x", method: "PUT", headers: { "x-a": "b: c", accept: "*/*" }, bodyFile: "-" },
        count: 3,
        warmup: 0,
        intervalMs: 10,
        timeoutMs: 2500,
      },
    });
  });

  it("reads speech and gradio requests", async () => {
    expect(
      (await call(["diagnose", "--trigger", "openai-speech", "--url", "http://127.0.0.1:1", "--text", "hi", "--voice", "v", "--model", "m"])).request,
    ).toMatchObject({ firing: { trigger: { kind: "openai-speech", url: "http://127.0.0.1:1", text: "hi", voice: "v", model: "m" } } });
    expect(
      (
        await call([
          "diagnose",
          "--trigger",
          "gradio",
          "--url",
          "http://127.0.0.1:1",
          "--api",
          "/gen",
          "--input",
          "text=a=b",
          "--input",
          "speed=1.5",
          "--file",
          "ref=a.wav",
        ])
      ).request,
    ).toMatchObject({ firing: { trigger: { kind: "gradio", api: "/gen", inputs: { text: "a=b", speed: "1.5" }, files: { ref: "a.wav" } } } });
  });

  it("takes a command after --, options of its own included, but needs to be told the target", async () => {
    const { request } = await call(["diagnose", "--port", "80", "-q", "--", "curl", "-s", "--json", "{}"]);
    expect(request).toMatchObject({ target: { port: 80 }, firing: { trigger: { kind: "command", argv: ["curl", "-s", "--json", "{}"] } } });
    expect(await call(["diagnose", "--", "curl", "x"])).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining("which service") });
  });

  it.each([
    [["--url", "http://10.0.0.1/"], "which service"],
    [["--port", "1"], "which request"],
    [["--port", "1", "--trigger", "gradio"], "needs --url"],
    [["--trigger", "openai-speech", "--url", "http://127.0.0.1/"], "needs --text"],
    [["--url", "http://127.0.0.1/", "--text", "hi"], "--text does not go with --trigger http"],
    [["--url", "http://127.0.0.1/", "--", "true"], "--url does not go with --trigger command"],
    [["--port", "1", "--trigger", "command"], "needs a command"],
    [["--url", "http://127.0.0.1/", "-n", "0"], "whole number from 1"],
    [["--url", "http://127.0.0.1/", "--timeout", "-1"], "above 0"],
    [["--url", "http://127.0.0.1/", "--fail-on", "20"], "20% or 0.2"],
    [["--url", "http://127.0.0.1/", "--header", "nonsense"], "takes a header"],
    [["--trigger", "gradio", "--url", "http://127.0.0.1/", "--input", "=x"], "name=value"],
    [["--pid", "1,x"], "whole number"],
    [["--port", "65536"], "whole number"],
    [["--trigger", "smtp"], "Allowed choices"],
    [["--urll", "x"], "unknown option '--urll'"],
  ])("%j is wrong usage: %s", async (argv, sentence) => {
    const { code, stderr, stdout, name } = await call(["diagnose", ...argv]);
    expect(code).toBe(EXIT.usage);
    expect(name).toBeUndefined();
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^stallscope: /);
    expect(stderr).toContain(sentence);
    expect(stderr).toContain("hint: ");
  });
});

describe("--format", () => {
  const diagnose = ["diagnose", "--url", "http://127.0.0.1/"];
  it.each(["text", "md", "json"])("%s is told to diagnose and analyze", async (format) => {
    expect((await call([...diagnose, "--format", format])).request).toMatchObject({ format });
    expect((await call(["analyze", "t.dat", "--format", format])).request).toEqual({ path: "t.dat", format });
  });

  it("is the same as --json when it says json, wherever --json stands", async () => {
    for (const argv of [
      ["analyze", "t", "--json", "--format", "json"],
      ["--json", "analyze", "t", "--format=json"],
    ])
      expect(await call(argv)).toMatchObject({ code: EXIT.ok, request: { path: "t", format: "json" }, context: { json: true } });
  });

  it.each([
    [["analyze", "t", "--format", "md", "--json"], "--json and --format md do not go together"],
    [["--json", "analyze", "t", "--format", "text"], "--json and --format text do not go together"],
    [[...diagnose, "--json", "--format", "md"], "--json and --format md do not go together"],
    [["analyze", "t", "--format", "pdf"], "Allowed choices"],
    [["capture", "--pid", "4", "--duration", "1", "--format", "md"], "unknown option '--format'"],
  ])("%j is wrong usage: %s", async (argv, sentence) => {
    expect(await call(argv)).toMatchObject({ code: EXIT.usage, name: undefined, stderr: expect.stringContaining(sentence) });
  });
});

describe("compare", () => {
  it("reads both sides, and everything that can be asked of them", async () => {
    expect((await call(["compare", "a.json", "b.json,c.json"])).request).toEqual({ a: "a.json", b: "b.json,c.json", matters: 0.05 });
    const { name, request } = await call(String.raw`compare a b --objective 300.5 --matters 1% --fail-on 10% --begin start(\d+) --end done(\d+)`.split(" "));
    expect(name).toBe("compare");
    expect(request).toEqual({ a: "a", b: "b", matters: 0.01, objectiveNs: 300_500_000, failOn: 0.1, markers: { begin: "start(\\d+)", end: "done(\\d+)" } });
  });

  it.each([
    [["compare", "a"], "missing required argument 'B'"],
    [["compare", "a", "b", "--begin", "x"], "--begin and --end go together"],
    [["compare", "a", "b", "--objective", "0"], "above 0"],
    [["compare", "a", "b", "--fail-on", "10"], "20% or 0.2"],
  ])("%j is refused: %s", async (argv, sentence) => {
    expect(await call(argv)).toMatchObject({ code: EXIT.usage, name: undefined, stderr: expect.stringContaining(sentence) });
  });
});

describe("capture, analyze, and the small commands", () => {
  it("records for a duration or while a request is fired, not both, not neither", async () => {
    expect((await call(["capture", "--name", "x", "--duration", "1.5"])).request).toEqual({
      target: { names: ["x"] },
      during: { kind: "duration", seconds: 1.5 },
    });
    expect((await call(["capture", "--pid", "4", "--", "curl", "x"])).request).toMatchObject({
      during: { kind: "firing", firing: { trigger: { kind: "command" } } },
    });
    expect((await call(["capture", "--pid", "4", "--duration", "1", "--url", "http://x/"])).code).toBe(EXIT.usage);
    expect((await call(["capture", "--pid", "4"])).stderr).toContain("how long");
  });

  it("finds the request by markers or by a window", async () => {
    expect((await call(["analyze", "t.dat"])).request).toEqual({ path: "t.dat" });
    expect((await call(["analyze", "t.dat", "--begin", "a (\\d+)", "--end", "b (\\d+)"])).request).toEqual({
      path: "t.dat",
      query: { kind: "markers", begin: "a (\\d+)", end: "b (\\d+)" },
    });
    expect((await call(["analyze", "t.dat", "--thread", "7", "--from", "4512.123456", "--to", "4513000000001"])).request).toEqual({
      path: "t.dat",
      query: { kind: "thread", tid: 7, from: 4_512_123_456_000n, to: 4_513_000_000_001n },
    });
  });

  it.each([
    [[], "missing required argument"],
    [["t", "--begin", "a"], "go together"],
    [["t", "--thread", "1"], "go together"],
    [["t", "--thread", "1", "--from", "2s", "--to", "1s"], "not after"],
    [["t", "--from", "x"], "seconds"],
    [["t", "--begin", "a", "--end", "b", "--thread", "1"], "do not go together"],
    [["t", "u"], "too many arguments"],
  ])("analyze %j is wrong usage: %s", async (argv, sentence) => {
    const { code, stderr } = await call(["analyze", ...argv]);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain(sentence);
  });

  it("knows the other commands", async () => {
    expect(await call(["doctor", "--mount"])).toMatchObject({ name: "doctor", request: { mount: true } });
    expect(await call(["demo"])).toMatchObject({ name: "demo", request: { scenario: "rival", requests: 5 } });
    expect(await call(["causes", "--explain", "cpu-rival"])).toMatchObject({ name: "causes", request: { explain: "cpu-rival" } });
    expect(await call(["janitor"])).toMatchObject({ name: "janitor" });
  });
});

describe("global options", () => {
  it("work before and after the command", async () => {
    for (const argv of [
      ["--json", "-q", "--lang", "zh", "--tracefs", "/t", "janitor"],
      ["janitor", "--json", "-q", "--lang", "zh", "--tracefs", "/t"],
    ]) {
      expect((await call(argv)).context).toMatchObject({ json: true, quiet: true, lang: "zh", tracefs: "/t", color: false, version: "1.2.3" });
    }
  });

  it("have colour on a terminal only, and NO_COLOR, --no-color and TERM=dumb turn it off", async () => {
    const colorOf = async (argv: string[], env: Record<string, string>, isTTY: boolean): Promise<boolean | undefined> =>
      (await call(["janitor", ...argv], { env, isTTY })).context?.color;
    expect(await colorOf([], {}, true)).toBe(true);
    expect(await colorOf([], {}, false)).toBe(false);
    expect(await colorOf([], { FORCE_COLOR: "1" }, false)).toBe(true);
    expect(await colorOf([], { NO_COLOR: "1", FORCE_COLOR: "1" }, true)).toBe(false);
    expect(await colorOf(["--no-color"], {}, true)).toBe(false);
    expect(await colorOf([], { TERM: "dumb" }, true)).toBe(false);
  });

  it.each([
    [{ LANG: "zh_CN.UTF-8" }, "zh"],
    [{ LANG: "zh" }, "zh"],
    [{ LANG: "en_US.UTF-8" }, "en"],
    [{ LC_ALL: "C", LANG: "zh_CN" }, "en"],
    [{ LC_ALL: "", LC_MESSAGES: "zh_TW", LANG: "en" }, "zh"],
    [{}, "en"],
    [{ LANG: "zhx" }, "en"],
  ] as const)("%j speaks %s", (env, lang) => {
    expect(languageOf(env)).toBe(lang);
  });

  it("take the width from the terminal, then from COLUMNS, then 100", () => {
    const stream = { write: () => true };
    expect(createCliContext({}, { stdout: { ...stream, columns: 77 }, stderr: stream, env: { COLUMNS: "88" } }, "1").columns).toBe(77);
    expect(createCliContext({}, { stdout: stream, stderr: stream, env: { COLUMNS: "88" } }, "1").columns).toBe(88);
    expect(createCliContext({}, { stdout: stream, stderr: stream, env: { COLUMNS: "wide" } }, "1").columns).toBe(100);
  });
});

describe("help and errors", () => {
  it("print help and version on stdout with exit code 0", async () => {
    const help = await call(["--help"]);
    expect(help).toMatchObject({ code: EXIT.ok, stderr: "" });
    for (const code of Object.values(EXIT)) expect(help.stdout).toMatch(new RegExp(`\\b${code}\\b`));
    expect(await call(["--version"])).toMatchObject({ code: EXIT.ok, stdout: "1.2.3\n" });
    expect(await call([])).toMatchObject({ code: EXIT.ok, stdout: help.stdout });
  });

  it.each(["doctor", "diagnose", "capture", "analyze", "export", "demo", "causes", "janitor"])(
    "%s --help has examples and the global options",
    async (name) => {
      const { code, stdout } = await call([name, "--help"]);
      expect(code).toBe(EXIT.ok);
      expect(stdout.split("Examples:\n")[1]?.match(/stallscope /g)?.length).toBeGreaterThanOrEqual(3);
      expect(stdout).toContain("--json");
    },
  );

  it("refuse an unknown command with 2 and a suggestion", async () => {
    expect(await call(["diagnos"])).toMatchObject({
      code: EXIT.usage,
      stdout: "",
      stderr: expect.stringMatching(/^stallscope: unknown command 'diagnos'[^]*diagnose\?/),
    });
  });

  it("print a user's error as a sentence and a hint, with its exit code", async () => {
    const reject = new UserError("not-root", "tracing needs root\u001b[2J", { exitCode: EXIT.environment, hint: "run it with sudo" });
    expect(await call(["janitor"], { reject })).toMatchObject({
      code: EXIT.environment,
      stdout: "",
      stderr: "stallscope: tracing needs root\\x1b[2J\n  hint: run it with sudo\n",
    });
  });

  it("call anything else a bug, with the stack only when asked for", async () => {
    const reject = new TypeError("x is not a function");
    const plain = await call(["janitor"], { reject });
    expect(plain).toMatchObject({ code: EXIT.bug, stderr: "stallscope: TypeError: x is not a function\n  this is a bug; STALLSCOPE_DEBUG=1 shows where\n" });
    expect((await call(["janitor"], { reject, env: { STALLSCOPE_DEBUG: "1" } })).stderr).toMatch(/\n {4}at /);
  });
});
