import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mannWhitney } from "../base/index.ts";
import { explainScene } from "../../test/support/explain-scene.ts";
import { scene } from "../../test/support/trace-dsl.ts";
import type { PathClass, RequestResult, RunResult } from "../result/index.ts";
import { compareRuns } from "./index.ts";

const MATTERS = { matters: 0.05 };
const MS = 1e6;

/** A real result, to be filled with requests of known accounts. */
const EMPTY = explainScene(
  scene({ cpus: 1, threads: [{ tid: 10, comm: "client" }] })
    .at(50)
    .switch(0, 0, "R", 10),
  [{ client: 10, begin: 60, end: 70 }],
  {
    targets: [20],
  },
);

type Account = Partial<Record<PathClass, number>>;

/** ms by class; a rival of that name holds what is runnable */
function request(account: Account, rival = "backup"): RequestResult {
  const rows = Object.entries(account).map(([name, ms]) => ({
    class: name as PathClass,
    culprit: name === "runnable" ? { kind: "rival" as const, comm: rival, pid: 7, tid: 7 } : { kind: "none" as const },
    ns: Math.round(ms * MS),
    share: 0,
  }));
  const durationNs = rows.reduce((sum, { ns }) => sum + ns, 0);
  return { ...(EMPTY.requests[0] as RequestResult), durationNs, account: rows };
}

const run = (requests: readonly RequestResult[], change: Partial<RunResult> = {}): RunResult => ({ ...EMPTY, requests: [...requests], ...change });
const runOf = (count: number, account: (index: number) => Account): RunResult => run(Array.from({ length: count }, (_, index) => request(account(index))));

describe("compareRuns", () => {
  it("perfetto 2780: names the class that moved, by how much, with its p-value, and who it was", () => {
    const before = runOf(8, (index) => ({ running: 100 + index, runnable: 2 + (index % 3) }));
    const after = runOf(8, (index) => ({ running: 100 + ((index * 3) % 8), runnable: 42 + (index % 3) }));
    const comparison = compareRuns([before], [after], MATTERS);
    expect(comparison).toMatchObject({ verdict: "slower", moved: ["runnable"] });
    expect(comparison.classes.map((shift) => shift.class)).toEqual(["runnable", "running"]);
    // 8 against 8, completely apart, with the ties of runnable: 2 of 12 870 deals
    expect(comparison.classes[0]).toMatchObject({ shift: 40 * MS, pValue: 2 / 12_870, pAdjusted: 4 / 12_870, culprit: { kind: "rival", comm: "backup" } });
    expect(comparison.classes[0]?.culprit).not.toHaveProperty("pid");
    expect(comparison.classes[1]?.pAdjusted).toBe(1);
    expect(comparison.latency.low).toBeGreaterThan(35 * MS);
    expect(comparison.latency.high).toBeLessThan(45 * MS);
  });

  it("takes several runs of a side as one set, and leaves failed requests out", () => {
    const one = runOf(3, (index) => ({ running: 10 + index }));
    const failed = run([...runOf(3, (index) => ({ running: 11 + index })).requests, { ...request({ running: 900 }), status: "timeout" }]);
    const comparison = compareRuns([one, failed], [one], MATTERS);
    expect(comparison.a).toEqual({ runs: 2, requests: 6, failed: 1, accounted: 6 });
    expect(comparison.latency.medianA).toBe(11.5 * MS);
  });

  it("says that it cannot tell, and how many more would: three against three never suffice", () => {
    const comparison = compareRuns([runOf(3, (index) => ({ running: 100 + index }))], [runOf(3, (index) => ({ running: 200 + index }))], MATTERS);
    expect(comparison).toMatchObject({ verdict: "inconclusive", moved: [], more: { a: 3, b: 3 } });
    expect(comparison.latency.pValue).toBeCloseTo(0.1, 12);
    const enough = compareRuns([runOf(6, (index) => ({ running: 100 + index }))], [runOf(6, (index) => ({ running: 200 + index }))], MATTERS);
    expect(enough).toMatchObject({ verdict: "slower" });
    expect(enough.more).toBeUndefined();
  });

  it("says that they are the same only when the interval is within what matters", () => {
    const narrow = (offset: number): RunResult => runOf(20, (index) => ({ running: 100 + ((index * 7 + offset) % 20) / 10 }));
    expect(compareRuns([narrow(0)], [narrow(3)], MATTERS).verdict).toBe("same");
    expect(compareRuns([narrow(0)], [narrow(3)], { matters: 0.0001 }).verdict).toBe("inconclusive");
    // too few to have shown a difference: not the same, but unknown
    expect(compareRuns([runOf(2, () => ({ running: 100 }))], [runOf(2, () => ({ running: 100 }))], MATTERS)).toMatchObject({
      verdict: "inconclusive",
      more: { a: 2, b: 2 },
    });
  });

  it("counts what is over the objective and tests it", () => {
    const a = runOf(12, (index) => ({ running: index < 1 ? 400 : 100 + index }));
    const b = runOf(12, (index) => ({ running: index < 9 ? 400 : 100 + index }));
    const { objective } = compareRuns([a], [b], { ...MATTERS, objectiveNs: 300 * MS });
    expect(objective).toMatchObject({ limitNs: 300 * MS, overA: 1, overB: 9 });
    // R: fisher.test(matrix(c(1, 11, 9, 3), 2)): both tails, (C(12,1)C(12,9) + C(12,0)C(12,10)) * 2 / C(24,10)
    expect(objective?.pValue).toBeCloseTo(((12 * 220 + 66) * 2) / 1_961_256, 10);
  });

  it("does not call a request over the objective that takes exactly as long", () => {
    const both = runOf(4, () => ({ running: 300 }));
    expect(compareRuns([both], [both], { ...MATTERS, objectiveNs: 300 * MS }).objective).toMatchObject({ overA: 0, overB: 0, pValue: 1 });
  });

  it("tells what else is different, events that one side did not record among it", () => {
    const one = runOf(2, () => ({ running: 1 }));
    const other = { ...one, host: { ...one.host, kernel: "6.1.0" }, capture: { ...one.capture, events: one.capture.events.slice(1) } };
    expect(compareRuns([one], [other], MATTERS).differs).toEqual([
      { what: "kernel", a: ["6.18"], b: ["6.1.0"] },
      { what: "events", a: [one.capture.events[0]], b: [] },
    ]);
    expect(compareRuns([one, other], [other], MATTERS).differs).toEqual([{ what: "kernel", a: ["6.1.0", "6.18"], b: ["6.1.0"] }]);
  });

  it("compares latency alone where one side has no account", () => {
    const bare = run(runOf(4, () => ({ running: 5 })).requests.map((each) => ({ ...each, account: [] })));
    expect(compareRuns([bare], [runOf(4, (index) => ({ running: 50 + index }))], MATTERS)).toMatchObject({
      verdict: "slower",
      classes: [],
      a: { accounted: 0 },
    });
    expect(() => compareRuns([run([])], [bare], MATTERS)).toThrow(RangeError);
  });

  const accounts = fc.array(fc.record({ running: fc.integer({ min: 1, max: 50 }), runnable: fc.nat(20), "blocked-io": fc.nat(3) }), {
    minLength: 1,
    maxLength: 8,
  });
  it("has the laws: sides exchanged, signs turn; means of classes sum to the mean of the latency; the same answer twice", () => {
    fc.assert(
      fc.property(accounts, accounts, (a, b) => {
        const [runsA, runsB] = [[run(a.map((each) => request(each)))], [run(b.map((each) => request(each)))]];
        const there = compareRuns(runsA, runsB, MATTERS);
        const back = compareRuns(runsB, runsA, MATTERS);
        expect(there.latency.shift).toBe(-back.latency.shift || 0);
        expect(there.latency.pValue).toBeCloseTo(back.latency.pValue, 12);
        expect(there.latency.pValue).toBe(mannWhitney(a.map(total), b.map(total)).pValue);
        const moved = there.classes.reduce((sum, { meanA, meanB }) => sum + meanB - meanA, 0);
        expect(moved).toBeCloseTo(there.latency.meanB - there.latency.meanA, 3);
        for (const { pValue, pAdjusted } of there.classes) expect(pAdjusted).toBeGreaterThanOrEqual(pValue);
        expect(compareRuns(runsA, runsB, MATTERS)).toEqual(there);
      }),
      { numRuns: 30 },
    );
  });
});

const total = (account: Record<string, number>): number => Object.values(account).reduce((sum, ms) => sum + ms, 0);
