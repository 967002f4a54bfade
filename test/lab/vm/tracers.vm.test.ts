/** The same stall twice over: by the kernel's latency tracer, and by events alone. In the virtual machine, whose kernel has both. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCliContext } from "../../../src/cli/context.ts";
import { explainBundle } from "../../../src/cli/pipeline.ts";
import { nsBetween, type RunResult, type SectionResult } from "../../../src/result/index.ts";
import { runVm, vmAbility, type VmVariant } from "./index.ts";

const MACHINE = { memoryMb: 768 };
const IRQS_MS = 240;
const PREEMPT_MS = 260;
const variant = (id: string, disturbance: NonNullable<VmVariant["disturbance"]>, tracers: NonNullable<VmVariant["tracers"]>, causes: VmVariant["causes"]) =>
  ({ id, machine: MACHINE, disturbance, tracers, causes, heldBack: false }) satisfies VmVariant;
const VARIANTS = [
  variant("irqs", { kind: "section", mode: "irq", us: IRQS_MS * 1000 }, ["irqsoff", "wakeup"], ["irqs-off"]),
  variant("preempt", { kind: "section", mode: "preempt", us: PREEMPT_MS * 1000 }, ["preemptoff"], ["preempt-off"]),
  // they exclude each other: each has its own requests, and request 2 is the first one's again
  variant("turns", { kind: "section", mode: "irq", us: IRQS_MS * 1000 }, ["preemptirqsoff", "irqsoff"], ["irqs-off"]),
];
/**
 * The kernel drops a section during which another CPU finds a new longest one, and an emulated CPU has some of several ms:
 * one of the runs must show it, and whenever it is shown both ways must agree.
 */
const RUNS = 3;
/** The tracer's section and the events' differ by what the module does around its delay, and by the emulator's slowness. */
const TOLERANCE_NS = 5_000_000;

const ability = vmAbility(process.cwd());
const because = ability.kind === "missing" ? ` (skipped: ${ability.why.replace(/[()]/g, "")})` : "";

describe.skipIf(ability.kind === "missing")(`a latency tracer and events alone${because}`, () => {
  const keep = mkdtempSync(join(tmpdir(), "stallscope-tracers-"));
  const results = new Map<string, RunResult[]>();
  beforeAll(async () => {
    if (ability.kind === "missing") return;
    await runVm({ testbed: ability.testbed, root: process.cwd(), variants: VARIANTS, runs: RUNS, attempts: 3, keep });
    const context = createCliContext({ quiet: true }, { stdout: process.stdout, stderr: process.stderr, env: {} }, "test");
    for (const { id } of VARIANTS) {
      const played = Array.from({ length: RUNS }, (_, run) => join(keep, `${id}-${run}`)).filter((directory) => existsSync(directory));
      results.set(
        id,
        played.map((directory) => explainBundle(directory, context)),
      );
    }
  });
  afterAll(() => rmSync(keep, { recursive: true, force: true }));

  const ofRequest2 = (result: RunResult, byTracer: boolean): SectionResult[] =>
    (result.sections ?? []).filter(({ request, seenBy }) => request === "2" && (seenBy !== "events") === byTracer);

  it.each([
    ["irqs", "irqsoff", IRQS_MS, "irqs-off"],
    ["preempt", "preemptoff", PREEMPT_MS, "preempt-off"],
    ["turns", "preemptirqsoff", IRQS_MS, "irqs-off"],
  ])("%s: see the same section in the same place", (id, tracer, ms, cause) => {
    const both = (results.get(id) ?? []).flatMap((result) => {
      const traced = ofRequest2(result, true).find(({ seenBy, task }) => seenBy === tracer && /^(irq|preempt)_test/.test(task?.comm ?? ""));
      return traced === undefined ? [] : [{ traced, byEvents: ofRequest2(result, false)[0] as SectionResult, verdict: result.verdict }];
    });
    expect(both.length).toBeGreaterThan(0);
    for (const { traced, byEvents } of both) {
      expect([traced.from, traced.to]).toEqual(["execute_preemptirqtest", "execute_preemptirqtest"]);
      expect(Math.abs(traced.durationNs - ms * 1e6)).toBeLessThan(TOLERANCE_NS);
      expect(byEvents.cpu).toBe(traced.cpu);
      expect(Math.abs(nsBetween(traced.endNs, byEvents.endNs))).toBeLessThan(TOLERANCE_NS);
      expect(Math.abs(byEvents.durationNs - traced.durationNs)).toBeLessThan(byEvents.errorNs + TOLERANCE_NS);
    }
    // where the emulator made another request slower still, the verdict is about that one: a second witness is seen in the others
    const verdicts = both.map(({ verdict }) => verdict).filter(({ request }) => request === "2");
    expect(verdicts.length).toBeGreaterThan(0);
    for (const verdict of verdicts) expect(verdict).toMatchObject({ cause, confidence: "high" });
  });
  it("take turns when they exclude each other", () => {
    expect(results.get("turns")?.[0]?.tracers?.map(({ tracer, status, requests }) => [tracer, status, requests])).toEqual([
      ["preemptirqsoff", "ran", ["0", "2", "4"]],
      ["irqsoff", "ran", ["1", "3"]],
    ]);
  });
  it("say who waited longest for a CPU", () => {
    const waits = (results.get("irqs") ?? []).flatMap(({ sections = [] }) => sections.filter(({ kind }) => kind === "wakeup"));
    expect(waits.length).toBeGreaterThan(0);
    for (const { durationNs, task } of waits) expect([durationNs > 0, task !== undefined]).toEqual([true, true]);
  });
});
