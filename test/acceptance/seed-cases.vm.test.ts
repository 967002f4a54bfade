/**
 * The four stalls that this tool was begun for, each played in the virtual machine on a service that had nothing to do with it.
 * What kept the kernel busy there was a driver and a worker of the kernel; here it is the kernel's own test module, which
 * keeps interrupts or preemption off for a known time in a thread of its own.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCliContext } from "../../src/cli/context.ts";
import { explainBundle } from "../../src/cli/pipeline.ts";
import { readFunctionCalls } from "../../src/import/index.ts";
import { readFunctionCalls as readGraphText } from "../../src/import/text/index.ts";
import { memoryFile } from "../../src/import/trace-file.ts";
import type { RunResult } from "../../src/result/index.ts";
import { TOP_LEVEL_GRAPH } from "../lab/vm/types.ts";
import { isRight, runVm, vmAbility, type VmOutcome, type VmScored, type VmVariant } from "../lab/vm/index.ts";

const ROOMY = { memoryMb: 768 };
const CASES: readonly VmVariant[] = [
  {
    id: "driver-1876",
    causes: ["irqs-off"],
    machine: ROOMY,
    disturbance: { kind: "section", mode: "irq", us: 1_876_000 },
    tracers: ["irqsoff"],
    heldBack: false,
  },
  {
    id: "start-2013",
    causes: ["preempt-off"],
    machine: ROOMY,
    disturbance: { kind: "section", mode: "preempt", us: 2_013_000 },
    // the first request after the service came up
    disturbed: 0,
    tracers: ["preemptoff"],
    heldBack: false,
  },
  { id: "kswapd", causes: ["kswapd-reclaim"], machine: { memoryMb: 448 }, disturbance: { kind: "kswapd", hog: "map", mib: 120 }, heldBack: false },
  {
    id: "cold-first",
    causes: ["cold-page-cache", "page-cache-evicted"],
    machine: { ...ROOMY, filesBytesPerSecond: 4_000_000 },
    disturbance: { kind: "fault", fault: "read", mib: 8 },
    disturbed: 0,
    // on this kernel it is the top level's: there the test has it, and the product has probes
    tracers: ["function_graph"],
    functions: ["vfs_read"],
    isGraphedToo: true,
    heldBack: false,
  },
];

const ability = vmAbility(process.cwd());
const because = ability.kind === "missing" ? ` (skipped: ${ability.why.replace(/[()]/g, "")})` : "";

describe.skipIf(ability.kind === "missing")(`the seed cases, in the virtual machine${because}`, () => {
  const keep = mkdtempSync(join(tmpdir(), "stallscope-seeds-"));
  let outcomes: readonly VmOutcome[] = [];
  beforeAll(async () => {
    if (ability.kind === "ready") outcomes = await runVm({ testbed: ability.testbed, root: process.cwd(), variants: CASES, runs: 1, attempts: 3, keep });
  });
  afterAll(() => rmSync(keep, { recursive: true, force: true }));

  const outcomeOf = (id: string): VmOutcome | undefined => outcomes.find(({ variant }) => variant === id);
  const explained = (id: string): RunResult => {
    const outcome = outcomeOf(id);
    const directory = join(keep, `${id}-0`);
    if (outcome?.kind !== "scored" || !existsSync(directory)) throw new Error(`${id}: ${outcome?.kind === "void" ? outcome.why : "it was not played"}`);
    expect(outcome).toMatchObject({ isCauseRight: true, isCulpritRight: true, laws: [] });
    return explainBundle(directory, createCliContext({ quiet: true }, { stdout: process.stdout, stderr: process.stderr, env: {} }, "test"));
  };
  /** In two seconds the other CPU of an emulator finds a longest section of its own, and then the kernel drops this one: events alone must do. */
  const wasTraced = ({ sections = [] }: RunResult, length: number): boolean =>
    sections.some(({ seenBy, durationNs }) => seenBy.endsWith("off") && Math.abs(seconds(durationNs) - length) < 0.02);
  const seconds = (ns: number): number => ns / 1e9;

  it("1876 ms: interrupts off on the service's CPU during a request", () => {
    const result = explained("driver-1876");
    expect(result.verdict).toMatchObject({ cause: "irqs-off", request: "2", confidence: wasTraced(result, 1.876) ? "high" : "medium" });
    expect(Math.abs(seconds(result.verdict.costNs) - 1.876)).toBeLessThan(1.876 * 0.05);
    expect(outcomeOf("driver-1876")).toMatchObject({ isCostRight: true });
  });
  it("2013 ms: preemption off at the service's first request", () => {
    const result = explained("start-2013");
    expect(result.verdict).toMatchObject({ cause: "preempt-off", request: "0", confidence: wasTraced(result, 2.013) ? "high" : "medium" });
    const ofRequest = (result.sections ?? []).filter(({ request, seenBy }) => request === "0" && seenBy === "events");
    const section = ofRequest.find(({ kind, task }) => kind === "preempt-off" && task?.comm === "preempt_test");
    for (const ns of [section?.durationNs, section?.costNs]) expect(Math.abs(seconds(ns ?? 0) - 2.013)).toBeLessThan(2.013 * 0.01);
    // preemption is off, interrupts are not: the tick came 2 000 times and an emulated CPU takes 50 us for it, which is the tick's in the account, not the module's
    const wait = ofRequest.find(({ kind, parts }) => kind === "cpu-wait" && parts?.[0]?.task?.comm === "preempt_test");
    const interrupted = (wait?.parts ?? []).reduce((sum, { kind, ns }) => (kind === "irq" || kind === "softirq" ? sum + ns : sum), 0);
    expect(Math.abs(seconds(result.verdict.costNs + interrupted) - 2.013)).toBeLessThan(2.013 * 0.01);
  });
  it("kswapd0 takes the service's CPU when memory is short", () => {
    const { verdict } = explained("kswapd");
    expect(verdict).toMatchObject({ cause: "kswapd-reclaim", culprit: { comm: "kswapd0" } });
    // its schedstat has the interrupts that hit it too, up to 9 % of it on an emulated CPU; the account has them as interrupts
    const { reportedNs = 0, injectedNs = 0 } = outcomeOf("kswapd") as VmScored;
    expect(reportedNs).toBeGreaterThan(injectedNs * 0.9);
    expect(reportedNs).toBeLessThan(injectedNs * 1.02);
  });
  it("the first request is 2 s late and the next is fine: cold", () => {
    const { verdict, contrast, requests } = explained("cold-first");
    expect(["cold-page-cache", "page-cache-evicted"]).toContain(verdict.cause);
    expect(verdict.request).toBe("0");
    expect(seconds(verdict.costNs)).toBeGreaterThan(1.8);
    const [first, next] = requests.map(({ durationNs }) => durationNs);
    expect(next).toBeLessThan((first ?? 0) / 2);
    // an emulator makes another one late now and then: then not all the others found everything warm
    expect(contrast).toMatchObject({ slow: expect.arrayContaining(["0"]), ...(contrast?.slow.length === 1 ? { isFirst: true } : {}) });
    expect(outcomeOf("cold-first")).toSatisfy((outcome: VmOutcome) => outcome.kind === "scored" && isRight(outcome));
  });
  it("function_graph at the top level and our probes see the same reads, as long as the service's own clock says", () => {
    const { functions = [], tracers = [] } = explained("cold-first");
    expect(tracers.map(({ tracer, status }) => [tracer, status])).toEqual([
      ["kprobes", "ran"],
      ["function_graph", "top-level-only"],
    ]);
    const file = (name: string): string => join(keep, "cold-first-0", name);
    const text = memoryFile(readFileSync(file(TOP_LEVEL_GRAPH)), TOP_LEVEL_GRAPH);
    // the service has shorter ones too, of its source and of sockets
    const graphed = [...readGraphText(text)].filter(({ name, durationNs = 0 }) => name === "vfs_read" && durationNs > 10e6);
    expect(graphed.length).toBeGreaterThan(10);
    const { calls, problems } = readFunctionCalls(file("trace.dat"));
    expect(problems).toEqual([]);
    for (const { begin = 0n, durationNs = 0, task } of graphed) {
      // each of them measures the other's work too
      const same = calls.find((call) => call.tid === task?.tid && Math.abs(Number(call.begin - begin)) < 2e6);
      expect(Math.abs(Number((same?.end ?? 0n) - (same?.begin ?? 0n)) - durationNs)).toBeLessThan(Math.max(durationNs * 0.05, 2e6));
    }
    const { disturbed } = JSON.parse(readFileSync(file("truth.txt"), "utf8")) as { disturbed: { truth: { costNs: number } } };
    const read = functions.find(({ request }) => request === "0");
    expect(read).toMatchObject({ seenBy: "kprobes", function: "vfs_read" });
    // the service's clock has Python's loop around the calls in it too
    expect(read?.costNs).toBeGreaterThan(disturbed.truth.costNs * 0.95);
    expect(read?.costNs).toBeLessThan(disturbed.truth.costNs + 1e6);
  });
});
