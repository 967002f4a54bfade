import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SubBuffer } from "../../test/support/sub-buffer.ts";
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
  });

  it("says what is missing", async () => {
    expect(await call("export", "trace.dat")).toMatchObject({ code: EXIT.usage, request: undefined });
    expect((await call("export", "trace.dat", "--to", "xml")).stderr).toContain("trace-text, ndjson, trace.dat");
  });
});
