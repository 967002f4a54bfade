/** Texts that kernels and tools really wrote. GOLDEN=1 writes the expectations anew. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { memoryFile } from "../trace-file.ts";
import { checkText } from "./check-text.ts";
import { readFunctionCalls, readLatencyReport, tracerRow } from "./index.ts";
import { ftraceText } from "./ftrace-text.ts";

const FOLDER = new URL("../../../test/traces/text/", import.meta.url);
const read = (name: string): Uint8Array => readFileSync(new URL(`${name}.txt`, FOLDER));
const names = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".txt"))
  .map((name) => name.slice(0, -4));

describe("recorded texts", () => {
  it.each(names)("%s", (name) => {
    const dump = checkText(read(name));
    const expected = new URL(`expect/${name}.txt`, FOLDER);
    if (process.env["GOLDEN"] !== undefined) writeFileSync(expected, dump);
    expect(dump, "GOLDEN=1 npx vitest run --project unit src/import/text/recorded.test.ts writes it anew").toBe(readFileSync(expected, "utf8"));
  });

  it("says what irqsoff found", () => {
    const { events, ...report } = readLatencyReport(memoryFile(read("irqsoff"), "x"));
    expect(report).toEqual({
      tracer: "irqsoff",
      kernel: "6.1.192",
      latencyUs: 50049,
      cpu: 0,
      preemption: "preempt",
      task: { comm: "irq_test", pid: 52, uid: 0, nice: 0, policy: 0, rtPrio: 0 },
      startedAt: "execute_preemptirqtest",
      endedAt: "execute_preemptirqtest",
      entries: { kept: 4, written: 4 },
      isTruncated: false,
      stack: ["preemptirq_delay_run", "kthread", "ret_from_fork"],
      problems: [],
    });
    expect(events.map(({ timeUs, event, text }) => [timeUs, event, text])).toEqual([
      [0, "function", "execute_preemptirqtest"],
      [50044, "function", "execute_preemptirqtest"],
      [50056, "function", "tracer_hardirqs_on <-execute_preemptirqtest"],
      [50341, "kernel_stack", "<stack trace>"],
    ]);
  });

  it.each([
    ["preemptoff", "preemptoff", 70_000],
    ["irqsoff-events", "irqsoff", 50_000],
    ["irqsoff-verbose", "irqsoff", 50_000],
  ])("finds the section that was made for %s", (name, tracer, atLeast) => {
    const report = readLatencyReport(memoryFile(read(name), "x"));
    expect(report.tracer).toBe(tracer);
    expect(report.latencyUs).toBeGreaterThanOrEqual(atLeast);
    expect(report.latencyUs).toBeLessThan(atLeast * 1.1);
    expect(report.startedAt).toContain("execute_preemptirqtest");
  });

  it("says what wakeup found: no functions, a task of a real-time policy", () => {
    const report = readLatencyReport(memoryFile(read("wakeup_rt"), "x"));
    expect(report).toMatchObject({
      tracer: "wakeup_rt",
      latencyUs: 510,
      cpu: 1,
      startedAt: undefined,
      endedAt: undefined,
      task: { comm: "busybox", policy: 1, rtPrio: 5 },
    });
    expect(report.events.map(({ event }) => event)).toEqual(["wakeup", "kernel_stack", "function", "function", "context_switch", "kernel_stack"]);
  });

  it("pairs the ends of calls with their begins", () => {
    const calls = [...readFunctionCalls(memoryFile(read("graph-all"), "x"))];
    expect(calls.find(({ name }) => name === "_raw_spin_lock_irqsave")).toEqual({
      cpu: 0,
      task: { comm: "busybox", tid: 173 },
      name: "_raw_spin_lock_irqsave",
      depth: 5,
      begin: 36_969_491_000n,
      durationNs: 5406,
      args: "",
      returned: undefined,
    });
    // begun and not ended in the lines that are there
    expect(calls.at(-1)?.durationNs).toBeUndefined();
    const switched = [...readFunctionCalls(memoryFile(read("graph-switch"), "x"))];
    expect(switched.find(({ durationNs }) => durationNs === 4_319_821)).toMatchObject({ cpu: 1, name: "schedule", task: { tid: 13 } });
  });

  it.each([
    [
      "osnoise",
      {
        kind: "osnoise",
        cpu: 0,
        tid: 125,
        runtimeUs: 1_000_000,
        noiseUs: 119_538,
        availablePercent: 88.0462,
        maxSingleNoiseUs: 3301,
        hw: 613,
        nmi: 0,
        irq: 933,
        softirq: 41,
        thread: 14,
      },
    ],
    ["timerlat", { kind: "timerlat", cpu: 1, sequence: 3, context: "irq", latencyNs: 132_034 }],
    ["hwlat", { kind: "hwlat", cpu: 1, sequence: 1, innerUs: 52, outerUs: 259, stamp: 1_795_535_143_125_531_888n, count: 1468 }],
  ])("reads what %s measured", (name, expected) => {
    for (const record of ftraceText.open(memoryFile(read(name), "x"), {}).records()) {
      expect(tracerRow(record)).toMatchObject(expected);
      return;
    }
    expect.fail("no record");
  });
});
