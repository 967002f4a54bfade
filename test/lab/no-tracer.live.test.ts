/** `--tracer irqsoff` on a kernel without it: said, and the same question answered by events alone. A real-time neighbour is the stall, for interrupts cannot be switched off from here. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SCENARIOS, missingNeeds, startDemoService, startDisturbance, type DemoService, type Disturbance } from "../../src/demo/index.ts";
import { isTracerIn, locateTracefs } from "../../src/linux/index.ts";
import { renderTerminal } from "../../src/report/index.ts";
import type { RunResult } from "../../src/result/index.ts";
import { liveDiagnosis } from "./diagnose-live.ts";
import { whyNoTracing } from "./requirements.ts";

const SCENARIO = "fifo";
const DISTURBED = 2;

function whyNot(): string | undefined {
  const lacking = whyNoTracing() ?? missingNeeds(SCENARIO)[0];
  if (lacking !== undefined) return lacking;
  return isTracerIn(locateTracefs().read("available_tracers"), "irqsoff") ? "this kernel has irqsoff" : undefined;
}

describe("a kernel without irqsoff", () => {
  const why = whyNot();
  let service: DemoService | undefined;
  let disturbance: Disturbance | undefined;
  let result: RunResult | undefined;

  beforeAll(async () => {
    if (why !== undefined) return;
    const started = await startDemoService(SCENARIOS[SCENARIO].service);
    service = started;
    const disturbing = await startDisturbance(SCENARIO, started);
    disturbance = disturbing;
    result = await liveDiagnosis({ tracers: ["irqsoff", "timerlat"] })({
      pids: [started.pid],
      trigger: { kind: "openai-speech", url: started.url, text: "Good day." },
      count: 5,
      warmup: 2,
      beforeRequest: async (index) => (index === DISTURBED ? disturbing.begin() : undefined),
      afterRequest: async (_request, index) => (index === DISTURBED ? disturbing.end() : undefined),
    });
  });
  afterAll(async () => {
    await disturbance?.dispose();
    await service?.stop();
  });

  it("says so, and finds the stall by events: who waited for the CPU, and who had it", ({ skip }) => {
    if (result === undefined || disturbance === undefined) return skip(why);
    expect(result.tracers?.map(({ tracer, status }) => [tracer, status])).toEqual([
      ["irqsoff", "not-built"],
      ["timerlat", "not-built"],
    ]);
    const wait = result.sections?.find(({ request, kind }) => request === String(DISTURBED) && kind === "cpu-wait");
    const [owner] = wait?.parts ?? [];
    expect(wait?.seenBy).toBe("events");
    expect(disturbance.culprits.map(({ tid }) => tid)).toContain(owner?.task?.tid);
    // the neighbour keeps its CPU for 300 ms and longer
    expect(owner?.ns).toBeGreaterThan(200e6);
    const text = renderTerminal(result, { lang: "en", columns: 120, color: false });
    expect(text).toContain("This kernel has no tracer irqsoff: the same was told from events alone.");
    expect(text).toMatch(/events alone: \S+ could run and waited/);
  });
});
