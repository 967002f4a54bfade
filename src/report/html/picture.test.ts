import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildDrawing } from "../../drawing/index.ts";
import { buildTimeline, STATE } from "../../timeline/index.ts";
import type { RequestResult } from "../../result/index.ts";
import type { ThreadIndex } from "../../trace/index.ts";
import { drawnScene, explainedBundle, explainedScene } from "../../../test/support/export-scenes.ts";
import { bandAt, bandsOf, runsOf, type Run } from "./bands.ts";
import { hopsOf } from "./hops.ts";
import { DOING, lanesOf, ON_CPU } from "./lanes.ts";
import { stripsOf } from "./strips.ts";

describe("bands", () => {
  const lane = fc.array(fc.record({ length: fc.nat({ max: 50 }), kind: fc.nat({ max: 3 }) }), { minLength: 1, maxLength: 40 }).map((rows) => {
    let at = 0;
    const start = rows.map(({ length }) => (at += length) - length);
    return { start: Float64Array.from(start), kind: Uint8Array.from(rows, ({ kind }) => kind), end: at };
  });

  it("show in each pixel what took most of it", () => {
    fc.assert(
      fc.property(
        lane,
        fc.nat({ max: 60 }),
        fc.integer({ min: 1, max: 700 }),
        fc.integer({ min: 1, max: 30 }),
        ({ start, kind, end }, begin, length, width) => {
          const bands = bandsOf(start, kind, end, 4);
          const seen = new Map<number, Run>();
          runsOf(bands, begin, begin + length, width, (run) => {
            for (let pixel = run.from; pixel < run.to; pixel++) {
              expect(seen.has(pixel)).toBe(false);
              seen.set(pixel, run);
            }
          });
          const perPixel = length / width;
          for (let pixel = 0; pixel < width; pixel++) {
            const [from, to] = [begin + pixel * perPixel, begin + (pixel + 1) * perPixel];
            const sums = [0, 0, 0, 0];
            for (const [row, time] of start.entries()) {
              const inside = Math.min(to, start[row + 1] ?? end) - Math.max(from, time);
              if (inside > 1e-9) sums[kind[row] as number] = (sums[kind[row] as number] as number) + inside;
            }
            const most = Math.max(...sums.slice(1));
            const run = seen.get(pixel);
            if (run === undefined) expect(most).toBeLessThan(1e-6);
            // what is nearly equal may be either
            else expect(sums[run.kind]).toBeGreaterThan(most - 1e-6);
          }
        },
      ),
    );
  });

  it("find the row of a time", () => {
    const bands = bandsOf(Float64Array.of(10, 20), Uint8Array.of(1, 2), 30, 3);
    expect([5, 10, 19, 20, 29, 30].map((time) => bandAt(bands, time))).toEqual([-1, 0, 0, 1, 1, -1]);
  });
});

describe("lanes", () => {
  const KINDS: Readonly<Record<number, number>> = {
    [STATE.running]: DOING.running,
    [STATE.runnable]: DOING.waitsForCpu,
    [STATE.preempted]: DOING.waitsForCpu,
    [STATE.sleeping]: DOING.sleeping,
    [STATE.blocked]: DOING.blocked,
    [STATE.stopped]: DOING.stopped,
  };

  it("say what the timeline says: of a real recording's threads at a thousand moments", () => {
    const { timeline } = explainedBundle();
    const { trace, states } = timeline;
    const drawing = buildDrawing(timeline);
    const lanes = lanesOf(drawing, () => ON_CPU.other);
    let [same, compared] = [0, 0];
    for (const [index, { tid }] of drawing.threads.entries()) {
      if (index === 0) continue;
      const { bands } = lanes.thread(index);
      for (let step = 1; step < 1000; step++) {
        const time = Math.floor((drawing.durationNs * step) / 1000);
        const rows = states.of(trace.threads.at(tid, trace.begin + time) as ThreadIndex);
        const row = rows.start.findLastIndex((begin) => begin <= trace.begin + time);
        const expected = KINDS[rows.state[row] as number];
        const drawn = bands.kind[bandAt(bands, time)];
        // before a thread was first seen, and where it is not known, a drawing may know less
        if (expected === undefined || drawn === DOING.unknown || drawn === DOING.nothing) continue;
        compared++;
        if (drawn === expected) same++;
      }
    }
    expect(compared).toBeGreaterThan(10_000);
    // a wake-up that came while the thread was still on its way out is not in the drawing
    expect(same / compared).toBeGreaterThan(0.999);
  });

  it("show each CPU by the role of who has it, and interrupts on top", () => {
    const drawing = buildDrawing(buildTimeline(drawnScene().trace()));
    const service = drawing.threads.findIndex(({ comm }) => comm === "service");
    const { bands, interrupts } = lanesOf(drawing, (thread) => (thread === service ? ON_CPU.service : ON_CPU.other)).cpu(1);
    const { start, thread } = drawing.occupancy[1] as (typeof drawing.occupancy)[number];
    for (const [row, who] of thread.entries()) {
      const role = who <= 0 ? ON_CPU.idle : who === service ? ON_CPU.service : ON_CPU.other;
      expect([bands.start[row], bands.kind[row]]).toEqual([start[row], role]);
    }
    expect(Array.from(interrupts.kind).filter((kind) => kind !== 0)).toHaveLength(2);
  });
});

describe("hops", () => {
  it.each([
    ["a drawn request", explainedScene().result],
    ["a real recording", explainedBundle().result],
  ])("of %s touch, are few, and sum to the request to the ns", (_, result) => {
    for (const request of result.requests) {
      const hops = hopsOf(request);
      expect(hops.filter(({ kind }) => kind === "stay").length).toBeLessThanOrEqual(7 + 8);
      let [at, entry] = [0, 0];
      for (const hop of hops) {
        expect([hop.begin, hop.from]).toEqual([at, entry]);
        expect(hop.parts.reduce((sum, { ns }) => sum + ns, 0)).toBe(hop.end - hop.begin);
        [at, entry] = [hop.end, hop.to];
      }
      expect([at, entry]).toEqual([request.durationNs, request.path.length]);
    }
  });

  it("keep the longest apart and fold what is short", () => {
    const [request] = explainedScene().result.requests;
    if (request === undefined) throw new Error("there is a request");
    // the client asks for 40 us, the service has it for 4900, the client reads for 20
    const shown = (max: number) => hopsOf(request, max).map(({ kind, thread, begin, end }) => [kind, thread.comm, end - begin]);
    expect(shown(3)).toEqual([
      ["stay", "client", 40_000],
      ["stay", "service", 4_900_000],
      ["stay", "client", 20_000],
    ]);
    const path = request.path
      .flatMap((entry) => [entry, entry, entry])
      .map((entry, at) => ({ ...entry, thread: { comm: `t${at % 4}`, tid: at % 4, pid: at % 4 } }));
    const many = cut(request.beginNs, path);
    const hops = hopsOf({ ...request, path: many, durationNs: many.length * 1000 }, 2);
    expect(hops.filter(({ kind }) => kind === "folded").length).toBeGreaterThan(0);
    expect(hops.length).toBeLessThanOrEqual(5);
    expect(hops.reduce((sum, { begin, end }) => sum + end - begin, 0)).toBe(many.length * 1000);
  });
});

/** Pieces of 1 us, one behind the other. */
const cut = (beginNs: number | string, path: RequestResult["path"]): RequestResult["path"] =>
  path.map((entry, at) => ({ ...entry, beginNs: Number(beginNs) + at * 1000, endNs: Number(beginNs) + (at + 1) * 1000 }));

describe("strips", () => {
  it("join equal cells, and let the longest win a cell", () => {
    const spans = [
      { begin: 0, end: 40, kind: "a" },
      { begin: 40, end: 44, kind: "b" },
      { begin: 44, end: 60, kind: "a" },
      { begin: 70, end: 100, kind: "b" },
    ];
    expect(stripsOf(spans, 100, 10)).toEqual([
      { from: 0, to: 6, kind: "a" },
      { from: 7, to: 10, kind: "b" },
    ]);
    expect(stripsOf(spans, 0, 10)).toEqual([]);
  });
});
