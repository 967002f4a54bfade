import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EXIT } from "../base/index.ts";
import type { CliContext } from "./context.ts";
import { runAnalyze } from "./run-analyze.ts";

async function analyze(path: string, change: Partial<CliContext> = {}): Promise<{ code: number; out: string }> {
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
  const code = await runAnalyze({ path }, context);
  return { code, out };
}

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
