/** What the kernel's own tracers saw, as people read it. */
import { describe, expect, it } from "vitest";
import type { RunResult } from "../result/index.ts";
import { RIVAL, rivalRun, SERVER } from "./fixtures.ts";
import { renderTerminal } from "./terminal.ts";

const run = rivalRun();
const request = run.verdict.request ?? "";
const round = { request, kind: "timer-latency" as const, cpu: 1, beginNs: 1, endNs: 2, durationNs: 10_000_000, errorNs: 0, costNs: 9_000_000 };
const ran = (tracer: string, requests: string[] = [request]) => ({ tracer, status: "ran" as const, requests });
/** Without line breaks: where they fall is layout's. */
const text = (more: Partial<RunResult>, lang: "en" | "zh" = "en"): string =>
  renderTerminal({ ...run, ...more }, { lang, columns: 150, color: false }).replaceAll(/\s+/g, " ");

const timerlat: Partial<RunResult> = {
  tracers: [ran("timerlat")],
  sections: [
    {
      ...round,
      seenBy: "timerlat",
      parts: [
        { kind: "late-interrupt", ns: 9_900_000, count: 1 },
        { kind: "softirq", name: "NET_RX", ns: 60_000, count: 2 },
        { kind: "unexplained", ns: 40_000, count: 1 },
      ],
    },
    { ...round, seenBy: "events", task: RIVAL, parts: [{ kind: "thread", task: RIVAL, ns: 10_000_000, count: 1 }] },
  ],
};

describe("a round of timerlat", () => {
  it("is said both ways, with shares of the whole", () => {
    const said = text(timerlat);
    expect(said).toContain("timerlat: a thread of the highest priority that a timer woke on CPU 1 ran 10.0 ms late: 9.00 ms of the request");
    expect(said).toContain("timer interrupt not taken 9.90 ms (99 %); softirq NET_RX 0.060 ms (0.6 %); unexplained 0.040 ms (0.4 %)");
    expect(said).toMatch(/events alone: a thread .* late, while stress-ng-cpu\[5150\/5151\] was there/);
  });
  it("is said in Chinese too", () => {
    expect(text(timerlat, "zh")).toContain("定时器中断未被响应 9.90 ms (99 %)");
  });
});

describe("parts", () => {
  it("that are many are counted, and still sum to the whole", () => {
    const parts = Array.from({ length: 9 }, (_, index) => ({ kind: "irq" as const, name: `irq${index}`, ns: 1_000_000, count: 1 }));
    const unexplained = { kind: "unexplained" as const, ns: 1_000_000, count: 1 };
    const said = text({ tracers: [ran("timerlat")], sections: [{ ...round, seenBy: "timerlat", parts: [...parts, unexplained] }] });
    expect(said).toContain("interrupt irq4 1.00 ms (10 %); 4 others 4.00 ms (40 %); unexplained 1.00 ms (10 %)");
  });
});

describe("what ran alone", () => {
  it("is said for each CPU, with its share where the tracer tells for how long it looked", () => {
    const said = text({
      tracers: [ran("osnoise", []), ran("hwlat", [])],
      noise: [
        {
          seenBy: "osnoise",
          cpu: 0,
          lookedNs: 3_000_000_000,
          noiseNs: 30_000_000,
          longestNs: 5_000_000,
          parts: [{ kind: "hardware", ns: 30_000_000, count: 9 }],
        },
        { seenBy: "hwlat", cpu: 1, noiseNs: 40_000, longestNs: 30_000, parts: [{ kind: "hardware", ns: 40_000, count: 2 }] },
      ],
    });
    expect(said).toMatch(/osnoise, alone after the requests: CPU 0 was taken away for 30.0 ms of 3 000 ms, 1 %, at most 5.00 ms at once/);
    expect(said).toContain("hwlat, alone after the requests: CPU 1 was taken away for 0.040 ms with interrupts off, at most 0.030 ms at once");
    expect(said).toContain("hardware, firmware or hypervisor 30.0 ms (100 %)");
  });
});

describe("functions that were watched", () => {
  it("say how long, or how often and from where; none is said too", () => {
    const said = text({
      tracers: [ran("function_graph"), ran("function"), { tracer: "wakeup", status: "not-built", requests: [] }],
      functions: [
        { request, seenBy: "function_graph", function: "vfs_fsync", calls: 2, totalNs: 7_000_000, longestNs: 6_000_000, costNs: 5_000_000, task: SERVER },
      ],
    });
    expect(said).toContain("function_graph: vfs_fsync was called 2 times for 7.00 ms, at most 6.00 ms at once, by uvicorn[4100/4100]: 5.00 ms of the request");
    expect(said).toContain("function saw no call.");
    expect(said).toContain("This kernel has no tracer wakeup: the same was told from events alone.");
    expect(text({ tracers: [{ tracer: "function", status: "not-built", requests: [] }] })).toContain("This kernel has no tracer function.");
  });
});

describe("probes in the place of a function tracer", () => {
  it("say how long and from where, what has no end, and that they were there instead", () => {
    const said = text({
      tracers: [ran("kprobes"), { tracer: "function_graph", status: "top-level-only", requests: [] }],
      functions: [
        {
          request,
          seenBy: "kprobes",
          function: "vfs_read",
          calls: 22,
          unended: 1,
          callers: [{ function: "ksys_read", calls: 21 }],
          totalNs: 7_000_000,
          longestNs: 6_000_000,
          costNs: 5_000_000,
          task: SERVER,
        },
      ],
    });
    expect(said).toContain(
      "kprobes: vfs_read was called 22 times (1 without an end) for 7.00 ms, at most 6.00 ms at once, by uvicorn[4100/4100], most often from ksys_read: 5.00 ms of the request",
    );
    expect(said).toContain("This kernel does not let a private instance have the tracer function_graph: probes on the functions told the same.");
  });
});

it("nothing is said when no tracer was asked for", () => {
  expect(text({ sections: timerlat.sections })).not.toContain("own tracers");
});
