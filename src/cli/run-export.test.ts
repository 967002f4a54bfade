import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SubBuffer } from "../../test/support/sub-buffer.ts";
import { BUNDLED, drawnScene, explainedBundle } from "../../test/support/export-scenes.ts";
import { eventsOf, readPerfetto } from "../../test/support/read-perfetto.ts";
import { metadata, traceDatBytes } from "../../test/support/trace-dat.ts";
import { EXIT, UserError, type ExitCode } from "../base/index.ts";
import { createCliContext, type CliIo } from "./context.ts";
import type { ExportRequest, Handlers } from "./handlers.ts";
import { runCli } from "./run-cli.ts";
import { runExport } from "./run-export.ts";

let folder: string;
let source: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stallscope-export-test-"));
  source = join(folder, "trace.dat");
  writeFileSync(source, recording());
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** One marker, by thread 42 on CPU 0. */
function recording(): Uint8Array {
  const payload = new Uint8Array(22);
  // common_type, flags, preempt count, tid; an address that nothing names
  payload.set([5, 0, 1, 2, 42, 0, 0, 0, 0x99]);
  payload.set(new TextEncoder().encode("hello"), 16);
  const bytes = new SubBuffer(1_500_000_000n).record(7, payload).build();
  return traceDatBytes(metadata({ cmdlines: "42 my task\n" }), [{ name: "", perCpu: [{ kind: "bytes", bytes }], stats: [] }]);
}

const io: CliIo = { stdout: { write: () => true }, stderr: { write: () => true }, env: {} };
const context = createCliContext({}, io, "1.2.3");

/** What the command writes to its standard output. */
async function exported(request: ExportRequest): Promise<{ code: ExitCode; output: Buffer }> {
  const path = join(folder, "stdout");
  const fd = openSync(path, "w");
  try {
    const code = await runExport(request, context, fd);
    return { code, output: readFileSync(path) };
  } finally {
    closeSync(fd);
    rmSync(path);
  }
}

const LINE = "         my task-42      [000] d..2.     1.500000007: tracing_mark_write: hello";

describe("export", () => {
  it("writes the kernel's text to stdout", async () => {
    const { code, output } = await exported({ path: source, to: "trace-text" });
    expect(code).toBe(EXIT.ok);
    expect(output.toString().split("\n").slice(-2)).toEqual([LINE, ""]);
  });

  it("writes JSON lines to a file", async () => {
    const output = join(folder, "out.ndjson");
    expect((await exported({ path: source, to: "ndjson", output })).output.toString()).toBe("");
    expect(JSON.parse(readFileSync(output, "utf8"))).toEqual({
      time: 1_500_000_007,
      cpu: 0,
      tid: 42,
      comm: "my task",
      system: "ftrace",
      event: "print",
      fields: { ip: 0x99, buf: "hello" },
    });
  });

  it("writes a trace.dat to a file and into a pipe, the same", async () => {
    const output = join(folder, "out.dat");
    await exported({ path: source, to: "trace.dat", output });
    const { output: piped } = await exported({ path: source, to: "trace.dat" });
    expect(piped.equals(readFileSync(output))).toBe(true);
    expect((await exported({ path: output, to: "trace-text" })).output.toString()).toContain(LINE);
    expect(readdirSync(folder).sort()).toEqual(["out.dat", "trace.dat"]);
  });

  it("exports text too, but not as trace.dat", async () => {
    const text = join(folder, "trace.txt");
    await exported({ path: source, to: "trace-text", output: text });
    expect((await exported({ path: text, to: "trace-text" })).output.toString()).toBe(readFileSync(text, "utf8"));
    await expect(exported({ path: text, to: "trace.dat", output: join(folder, "x.dat") })).rejects.toMatchObject({
      code: "export-source",
      exitCode: EXIT.input,
    });
    expect(readdirSync(folder).sort()).toEqual(["trace.dat", "trace.txt"]);
  });

  it("refuses a name that is taken before anything is read", async () => {
    writeFileSync(join(folder, "taken"), "");
    await expect(exported({ path: join(folder, "missing"), to: "ndjson", output: join(folder, "taken") })).rejects.toMatchObject({ code: "output-exists" });
    await expect(exported({ path: join(folder, "missing"), to: "ndjson" })).rejects.toBeInstanceOf(UserError);
  });
});

describe("export of what was explained", () => {
  /** The drawn requests, as anybody's recording with our markers. */
  const marked = (): string => {
    const path = join(folder, "marked.dat");
    const client = { cpu: 0, tid: 10 };
    const scene = drawnScene()
      .at(60)
      .marker("stallscope request begin id=a;b", client)
      .at(5020)
      .marker("stallscope request end id=a;b", client)
      .at(5030)
      .marker("stallscope request begin id=2", client)
      .at(5080)
      .marker("stallscope request end id=2", client);
    writeFileSync(path, scene.bytes());
    return path;
  };
  const sums = (folded: string): number[] =>
    folded
      .split("\n")
      .flatMap((line) => / (\d+)$/.exec(line)?.[1] ?? [])
      .map(Number);

  it("writes a Perfetto trace to a file and into a pipe, the same", async () => {
    const output = join(folder, "out.pftrace");
    const { code, output: nothing } = await exported({ path: BUNDLED, to: "perfetto", output });
    expect([code, nothing.length]).toEqual([EXIT.ok, 0]);
    const packets = readPerfetto([readFileSync(output)]);
    const { timeline, result } = explainedBundle();
    expect(eventsOf(packets, "sched_switch")).toHaveLength(timeline.trace.tables.get("sched_switch")?.length ?? 0);
    const tracks = packets.flatMap(({ track_descriptor: track }) => (track === undefined ? [] : [track.name]));
    expect(tracks).toEqual(result.requests.flatMap(({ id }) => [`request ${id}`, "critical path"]));
    expect((await exported({ path: BUNDLED, to: "perfetto" })).output.equals(readFileSync(output))).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(["out.pftrace", "trace.dat"]);
  });

  it("writes Chrome's trace events and a profile of speedscope", async () => {
    const chrome = JSON.parse((await exported({ path: marked(), to: "chrome" })).output.toString()) as { traceEvents: { cat?: string }[] };
    expect(chrome.traceEvents.filter(({ cat }) => cat === "request")).toHaveLength(2);
    const speedscope = JSON.parse((await exported({ path: marked(), to: "speedscope" })).output.toString()) as { profiles: { name: string }[] };
    expect(speedscope.profiles.map(({ name }) => name)).toEqual(["request a;b", "request 2"]);
  });

  it("writes folded stacks of the verdict's request, or of all", async () => {
    const one = (await exported({ path: marked(), to: "folded" })).output.toString();
    expect(sums(one).reduce((sum, ns) => sum + ns, 0)).toBe(4_960_000);
    const all = (await exported({ path: marked(), to: "folded", allRequests: true })).output.toString();
    expect(sums(all).reduce((sum, ns) => sum + ns, 0)).toBe(4_960_000 + 50_000);
    expect(all).toMatch(/^request a\\x3bb;client-10: /m);
  });

  it("takes markers of anybody's", async () => {
    const query = { kind: "markers", begin: "begin id=(2)", end: "end id=(2)" } as const;
    const folded = (await exported({ path: marked(), to: "folded", query })).output.toString();
    expect(sums(folded).reduce((sum, ns) => sum + ns, 0)).toBe(50_000);
  });

  it("shows the scheduling of a recording without requests, and refuses where a path is needed", async () => {
    expect(readPerfetto([(await exported({ path: source, to: "perfetto" })).output]).length).toBeGreaterThan(1);
    expect(JSON.parse((await exported({ path: source, to: "chrome" })).output.toString())).toMatchObject({ displayTimeUnit: "ns" });
    for (const to of ["speedscope", "folded"] as const)
      await expect(exported({ path: source, to, output: join(folder, "out") })).rejects.toMatchObject({ code: "export-no-request", exitCode: EXIT.input });
    expect(readdirSync(folder)).not.toContain("out");
  });

  it.for(["perfetto", "trace.dat"] as const)("keeps a %s from terminals", async (to, { skip }) => {
    // opening it makes a pseudo-terminal
    if (!existsSync("/dev/ptmx")) return skip("no /dev/ptmx");
    const terminal = openSync("/dev/ptmx", "r+");
    await expect(runExport({ path: source, to }, context, terminal)).rejects.toMatchObject({ code: "export-to-terminal", exitCode: EXIT.usage });
    closeSync(terminal);
  });
});

describe("export on the command line", () => {
  async function call(...argv: string[]): Promise<{ code: ExitCode; request: unknown; stderr: string }> {
    let request: unknown;
    let stderr = "";
    const handlers = {
      export: async (given: unknown): Promise<ExitCode> => {
        request = given;
        return EXIT.ok;
      },
    } as unknown as Handlers;
    const code = await runCli(argv, { ...io, stderr: { write: (text: string) => (stderr += text) } }, handlers, "1.2.3");
    return { code, request, stderr };
  }

  it("takes what, where and as what", async () => {
    expect((await call("export", "trace.dat", "--to", "trace-text")).request).toEqual({ path: "trace.dat", to: "trace-text" });
    expect((await call("export", "-", "--to", "ndjson", "-o", "x")).request).toEqual({ path: "-", to: "ndjson", output: "x" });
    expect((await call("export", "x", "--to", "folded", "--all-requests")).request).toEqual({ path: "x", to: "folded", allRequests: true });
    expect(await call("export", "x", "--to", "perfetto", "--all-requests")).toMatchObject({ code: EXIT.usage, request: undefined });
    const markers = ["--begin", "a", "--end", "b"];
    expect((await call("export", "x", "--to", "chrome", ...markers)).request).toEqual({
      path: "x",
      to: "chrome",
      query: { kind: "markers", begin: "a", end: "b" },
    });
    expect(await call("export", "x", "--to", "ndjson", ...markers)).toMatchObject({ code: EXIT.usage, request: undefined });
    expect(await call("export", "x", "--to", "chrome", "--begin", "a")).toMatchObject({ code: EXIT.usage, request: undefined });
  });

  it("says what is missing", async () => {
    expect(await call("export", "trace.dat")).toMatchObject({ code: EXIT.usage, request: undefined });
    expect((await call("export", "trace.dat", "--to", "xml")).stderr).toContain("trace-text, ndjson, trace.dat, perfetto, chrome, speedscope, folded");
  });
});
