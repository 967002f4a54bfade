import { describe, expect, it } from "vitest";
import { compareRuns } from "../history/index.ts";
import type { Comparison } from "../result/index.ts";
import { comparisonSentence, renderComparison } from "./comparison-view.ts";
import { CLIENT, drawRequest, drawRun, RIVAL, WORKER } from "./fixtures.ts";

const MS = 1e6;

/** `held` ms behind the rival, then 250 ms and a little of computing */
const runWith = (held: number, count: number) =>
  drawRun(
    Array.from({ length: count }, (_, index) =>
      drawRequest(String(index), 1e12 + index * 1e9, [
        { ns: (held + (index % 4)) * MS, class: "runnable", thread: WORKER, culprit: { kind: "rival", ...RIVAL } },
        { ns: (250 + (index % 5)) * MS, class: "running", thread: CLIENT },
      ]),
    ),
    {},
    [],
  );

const slower = compareRuns([runWith(1, 12)], [runWith(41, 12)], { matters: 0.05, objectiveNs: 280 * MS });
const options = { lang: "en", columns: 100, color: false } as const;
const names = { a: "before.json", b: "after.json" };

describe("renderComparison", () => {
  it("says by how much, how sure, and where: never a bare percentage", () => {
    const text = renderComparison(slower, names, options);
    expect(text).toMatch(/^B is slower than A: 29\d ms instead of 25\d ms \(medians\), by 40\.0 ms \(\S+ ms to \S+ ms, p < 0\.0001\)\.\n/);
    expect(text.replaceAll(/\s+/g, " ")).toContain("What moved: waiting for a CPU, by +40.0 ms");
    expect(text.replaceAll(/\s+/g, " ")).toContain("mostly stress-ng-cpu.");
    expect(text).toContain("Over 280 ms: 0 of 12 requests of A, 12 of 12 of B (Fisher's exact test, p < 0.0001).");
    expect(text).toContain("A: before.json; runs: 1, requests: 12");
    expect(text.replaceAll("95 %", "")).not.toContain("%");
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  it("turns the bounds when B is faster", () => {
    const faster = compareRuns([runWith(41, 12)], [runWith(1, 12)], { matters: 0.05 });
    const [, low, high] = /by 40\.0 ms \((\S+) ms to (\S+) ms/.exec(renderComparison(faster, names, options)) ?? [];
    expect(Number(low)).toBeGreaterThan(30);
    expect(Number(high)).toBeGreaterThanOrEqual(Number(low));
  });

  it("says what is not known, and how many more requests would tell", () => {
    const few = compareRuns([runWith(1, 3)], [runWith(41, 3)], { matters: 0.05 });
    expect(comparisonSentence(few, "en")).toMatch(
      /^Whether B is slower than A cannot be told: .* About 3 more requests of A and 3 of B would probably settle it\. No class/,
    );
    const { more: _more, ...never } = few;
    expect(comparisonSentence(never, "en")).toContain("too small for any reasonable number of requests");
  });

  it("says a shift in few requests by its mean", () => {
    const rare: Comparison = {
      ...slower,
      classes: slower.classes.map((shift) => (shift.class === "runnable" ? { ...shift, shift: 0, meanA: 0, meanB: 12 * MS } : shift)),
    };
    expect(comparisonSentence(rare, "en")).toContain("in some requests only, by +12.0 ms on average");
  });

  it("tells what else is different, printable", () => {
    const text = renderComparison({ ...slower, differs: [{ what: "service", a: ["x\u001b[31m"], b: [] }] }, names, options);
    expect(text).toContain("service: x\\x1b[31m in A, none in B");
  });

  it("speaks Chinese, in columns", () => {
    const text = renderComparison(slower, names, { ...options, lang: "zh" });
    expect(text).toContain("B 比 A 慢");
    expect(text).toContain("等待 CPU");
    expect(text).not.toMatch(/[{}]/);
  });
});
