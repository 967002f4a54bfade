import { describe, expect, it } from "vitest";
import { explainedBundle, explainedScene } from "../../../test/support/export-scenes.ts";
import { classRows, fastOf, takersOf } from "./facts.ts";

const bundle = explainedBundle().result;
const subject = bundle.requests.find(({ id }) => id === bundle.verdict.request);
if (subject === undefined) throw new Error("the verdict is about a request");

describe("facts of the page", () => {
  it("hold the request's classes against the median of the fast ones, as the contrast does", () => {
    const rows = classRows(bundle, subject);
    expect(rows.reduce((sum, { slowNs }) => sum + slowNs, 0)).toBe(subject.durationNs);
    for (const { class: name, slowNs, fastNs } of bundle.contrast?.byClass ?? []) {
      const row = rows.find((one) => one.class === name);
      expect([name, row?.slowNs ?? 0, row?.fastNs ?? 0]).toEqual([name, slowNs, fastNs]);
    }
    expect(fastOf(bundle, subject).map(({ id }) => id)).not.toContain(subject.id);
  });

  it("have nothing to compare with when there is one request", () => {
    const { result } = explainedScene();
    const [request] = result.requests;
    if (request === undefined) throw new Error("there is a request");
    const alone = { ...result, requests: [request] };
    expect(classRows(alone, request).every(({ fastNs }) => fastNs === undefined)).toBe(true);
  });

  it("name who held the CPU: a process once, with all of its threads, and the sum of the class", () => {
    const rows = takersOf(subject, ["runnable"], "en");
    const runnable = subject.account.reduce((sum, row) => sum + (row.class === "runnable" ? row.ns : 0), 0);
    expect(rows.reduce((sum, { ns }) => sum + ns, 0)).toBe(runnable);
    const rivals = rows.filter(({ culprit }) => culprit.kind === "rival").map(({ culprit }) => `${culprit.pid} ${culprit.comm}`);
    expect(new Set(rivals).size).toBe(rivals.length);
    expect(rows[0]?.culprit.comm).toBe(bundle.verdict.culprit?.comm);
    expect(rows[0]?.longestNs).toBeLessThanOrEqual(rows[0]?.ns ?? 0);
  });
});
