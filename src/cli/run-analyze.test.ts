import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EXIT } from "../base/index.ts";
import type { CliContext } from "./context.ts";
import type { PrintFormat } from "./format-option.ts";
import { runAnalyze } from "./run-analyze.ts";

async function analyze(path: string, change: Partial<CliContext> = {}, format?: PrintFormat): Promise<{ code: number; out: string }> {
  let out = "";
  const context: CliContext = {
    lang: "en",
    json: false,
    quiet: false,
    color: false,
    columns: 100,
    version: "test",
    tracefs: undefined,
    progress: { say: () => undefined, clear: () => undefined },
    warn: () => undefined,
    out: (text: string) => void (out += text),
    ...change,
  } as CliContext;
  const code = await runAnalyze({ path, ...(format === undefined ? {} : { format }) }, context);
  return { code, out };
}

describe("what is printed", () => {
  const path = "recordings/demo-rival";
  it("is text, Markdown or JSON", async () => {
    const text = await analyze(path);
    expect(text).toMatchObject({ code: EXIT.ok, out: expect.stringMatching(/^Request 2 was [\d ]+ ms late[^]*\nHow far to trust this\n/) });
    expect(await analyze(path, {}, "text")).toEqual(text);
    expect((await analyze(path, {}, "md")).out).toMatch(/^# Request 2 was [\d ]+ ms late\n[^]*\n## How far to trust this\n/);
    expect((await analyze(path, { lang: "zh" }, "md")).out).toContain("## 这份结论有多可信\n");
    expect((await analyze(path, {}, "json")).out).toBe((await analyze(path, { json: true })).out);
  });

  it("is one sentence with -q, but not where a document is asked for", async () => {
    expect((await analyze(path, { quiet: true }, "text")).out.split("\n")).toHaveLength(2);
    expect((await analyze(path, { quiet: true }, "md")).out).toContain("## The account");
  });

  it("is a fence in Markdown when there is no request", async () => {
    const { code, out } = await analyze("test/traces/text/irqsoff.txt", { color: true }, "md");
    expect(code).toBe(EXIT.inconclusive);
    expect(out).toMatch(/^```text\nNo request was found[^\u001b]*\n```\n$/);
    expect(JSON.parse((await analyze("test/traces/text/irqsoff.txt", {}, "json")).out)).toHaveProperty("latency");
  });
});

describe("a recording without a request", () => {
  it("of a latency tracer is told by its section, its task, its ends and its stack", async () => {
    const { code, out } = await analyze("test/traces/text/irqsoff.txt");
    expect(code).toBe(EXIT.inconclusive);
    // what the kernel wrote in the header of this file
    expect(readFileSync("test/traces/text/irqsoff.txt", "utf8")).toContain("# latency: 50049 us");
    expect(out.replaceAll(/\s+/g, " ")).toContain(
      "the tracer irqsoff found 50.0 ms on CPU 0, in irq_test[52/52], from execute_preemptirqtest to execute_preemptirqtest stack at its end: preemptirq_delay_run < kthread",
    );
    const document = JSON.parse((await analyze("test/traces/text/irqsoff.txt", { json: true })).out) as { latency: unknown };
    expect(document.latency).toMatchObject({ tracer: "irqsoff", latencyUs: 50049, cpu: 0, task: { comm: "irq_test", tid: 52 } });
  });

  it("of a wakeup tracer has no ends", async () => {
    expect((await analyze("test/traces/text/wakeup_rt.txt")).out).toMatch(/the tracer wakeup_rt found \S+ ms on CPU \d+, for /);
  });
});
