import { describe, expect, it } from "vitest";
import { drawRequest, rivalRun, RIVAL, SERVER, unclearRun, WORKER } from "./fixtures.ts";
import { axis, paintCells } from "./waterfall-view.ts";
import { buildWaterfall } from "./waterfall.ts";

const service = new Set([SERVER.pid]);
const slow = rivalRun().requests.find(({ id }) => id === "3") ?? drawRequest("none", 0, []);

describe("buildWaterfall", () => {
  it("has the client first, then the service, then who held the CPU, then interrupts", () => {
    const { rows, hidden } = buildWaterfall(slow, service);
    expect(rows.map((row) => `${row.role} ${row.thread?.comm ?? "-"}`)).toEqual([
      "client stallscope",
      "service uvicorn",
      "service tts-worker",
      "rival stress-ng-cpu",
      "interrupts -",
    ]);
    expect(hidden).toBe(0);
  });

  it("shows a rival running exactly while the worker was held", () => {
    const { rows } = buildWaterfall(slow, service);
    const held = rows.find((row) => row.thread?.tid === WORKER.tid)?.spans.filter(({ activity }) => activity === "held");
    const rival = rows.find((row) => row.thread?.tid === RIVAL.tid);
    expect(rival?.weightNs).toBe(410_220_117 + 300_112_093 + 240_662_218);
    expect(rival?.spans.map(({ begin, end }) => [begin, end])).toEqual(held?.filter((_, index) => index !== 2).map(({ begin, end }) => [begin, end]));
  });

  it("covers the request in the client's row without a gap", () => {
    const client = buildWaterfall(slow, service).rows[0];
    expect(client?.spans.reduce((sum, { begin, end }) => sum + end - begin, 0)).toBe(slow.durationNs);
  });

  it("keeps eight rows and says how many are hidden", () => {
    const many = drawRequest(
      "0",
      0,
      Array.from({ length: 12 }, (_, index) => ({
        ns: 1000 + index,
        class: "running" as const,
        thread: { comm: `pool-${index}`, tid: 4200 + index, pid: SERVER.pid },
      })),
    );
    const { rows, hidden } = buildWaterfall(many, service);
    expect(rows.map((row) => row.thread?.comm)).toEqual(["stallscope", "pool-5", "pool-6", "pool-7", "pool-8", "pool-9", "pool-10", "pool-11"]);
    expect(hidden).toBe(6);
  });

  it("hides rows that explain less than half a percent", () => {
    const { rows, hidden } = buildWaterfall(unclearRun().requests[0] ?? slow, service);
    expect(rows.map((row) => row.thread?.comm)).toEqual(["stallscope", "uvicorn", "tts-worker"]);
    expect(hidden).toBe(14);
  });

  it("reads times that are decimal strings", () => {
    const far = drawRequest("0", 0, [{ ns: 5, class: "running", thread: WORKER }]);
    const base = 2n ** 53n + 11n;
    const request = {
      ...far,
      beginNs: base.toString(),
      endNs: (base + 5n).toString(),
      path: far.path.map((entry) => ({ ...entry, beginNs: base.toString(), endNs: (base + 5n).toString() })),
    };
    expect(buildWaterfall(request, service).rows.at(-1)?.spans).toEqual([{ begin: 0, end: 5, activity: "run" }]);
  });
});

describe("cells", () => {
  it("shows what took most of a cell, and a trace of what took little", () => {
    const row = {
      role: "service" as const,
      thread: WORKER,
      threads: 1,
      weightNs: 0,
      spans: [
        { begin: 0, end: 60, activity: "run" as const },
        { begin: 60, end: 100, activity: "held" as const },
        { begin: 205, end: 206, activity: "run" as const },
      ],
    };
    expect(paintCells(row, 400, 4)).toEqual(["run", undefined, "brief", undefined]);
  });

  it("labels ticks in round steps that fit", () => {
    expect(axis(1_203_000_000, 74)).toMatch(/^│0 +│200 +│400 +│600 +│800 +│1000 *$/);
    expect(axis(420_000, 60)).toMatch(/^│0\.0 +│0\.1 +│0\.2/);
    expect(axis(40_000_000_000, 40).length).toBeLessThanOrEqual(40);
  });
});
