/** Holistic Trace Analysis 277: critical paths of thousands of nodes that nobody can read. One page shows a few hops; the rest is folded but countable. */
import { describe, expect, it } from "vitest";
import { renderTerminal } from "../../src/report/index.ts";
import { nsBetween } from "../../src/result/index.ts";
import { drawService, SERVICE, US } from "./service-scene.ts";

const STAGES = 30;
const STAGE_US = 2000;
const PAGE_LINES = 66;
const MOST_HOPS = 8;
const stages = Array.from({ length: STAGES }, (_, index) => ({ tid: 100 + index, comm: `stage${index}` }));

/** A pipeline: each stage wakes the next and sleeps; the last one wakes the service. CPUs 2 and 3 take turns, so that none waits for another. */
const { explain } = drawService(4, stages, [
  {
    at: 1000,
    took: STAGES * STAGE_US + 2000,
    work: (drawn, begin) => {
      const first = begin + 1000;
      drawn
        .at(first - 20)
        .waking(1, SERVICE, 100, 2)
        .at(first - 10)
        .switch(2, 0, "R", 100)
        .at(first)
        .switch(1, SERVICE, "S", 0);
      for (const [index, { tid }] of stages.entries()) {
        const [done, cpu, other] = [first + (index + 1) * STAGE_US, 2 + (index % 2), 3 - (index % 2)];
        const next = stages[index + 1]?.tid;
        if (next === undefined)
          drawn
            .at(done - 10)
            .waking(cpu, tid, SERVICE, 1)
            .at(done - 5)
            .switch(1, 0, "R", SERVICE);
        else
          drawn
            .at(done - 10)
            .waking(cpu, tid, next, other)
            .at(done - 5)
            .switch(other, 0, "R", next);
        drawn.at(done).switch(cpu, tid, "S", 0);
      }
    },
  },
]);
const result = explain();
const [request] = result.requests;
const report = renderTerminal(result, { lang: "en", columns: 100, color: false });

/** Lines of the section that begins with this heading, up to the next empty line. */
function section(heading: RegExp): string[] {
  const lines = report.split("\n");
  const begin = lines.findIndex((line) => heading.test(line)) + 1;
  return lines.slice(begin, lines.indexOf("", begin));
}

describe("HTA 277: a path of 30 hops", () => {
  it("is whole in the result: every stage with its 2 ms", () => {
    const onPath = new Set(request?.path.map(({ thread }) => thread.tid));
    for (const { tid } of stages) expect(onPath).toContain(tid);
    const own = (tid: number): number =>
      (request?.path ?? [])
        .filter(({ thread, class: name }) => thread.tid === tid && name === "running")
        .reduce((sum, entry) => sum + nsBetween(entry.beginNs, entry.endNs), 0);
    for (const { tid } of stages.slice(1, -1)) expect(Math.abs(own(tid) - STAGE_US * US)).toBeLessThanOrEqual(20 * US);
  });

  it("is one page in the report: at most 8 rows drawn, the others counted, none silently gone", () => {
    const rows = section(/^Where the time of request/).filter((line) => /^ {2}(client|service|other|kernel|rival|irq)\b/.test(line));
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.length).toBeLessThanOrEqual(MOST_HOPS);
    const hidden = Number(/\+(\d+) more/.exec(section(/^Where the time of request/).join("\n"))?.[1]);
    // client, service, the stages, and the interrupts of the loopback
    expect(rows.length + hidden).toBe(STAGES + 3);
    expect(report.split("\n").length).toBeLessThanOrEqual(PAGE_LINES);
  });

  it("the account folds too, and still sums to the request", () => {
    const account = section(/^The account/);
    expect(account.length).toBeLessThanOrEqual(12);
    expect(account.join("\n")).toMatch(/\d+ more/);
    expect(account.at(-1)).toContain("= the whole request, to the nanosecond");
    expect(request?.account.reduce((sum, row) => sum + row.ns, 0)).toBe(request?.durationNs);
  });
});
