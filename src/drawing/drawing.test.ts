import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildTimeline, STATE, type Timeline } from "../timeline/index.ts";
import { drawnScene, explainedBundle } from "../../test/support/export-scenes.ts";
import { buildDrawing } from "./build-drawing.ts";
import { decodeDrawing, encodeDrawing } from "./codec.ts";
import type { Drawing } from "./drawing.ts";
import { seriesOf } from "./series.ts";

/** Who had the CPU, by the timeline: what the drawing must say too. */
function expectSameOccupants(drawing: Drawing, timeline: Timeline): void {
  const { trace, occupancy } = timeline;
  for (const [cpu, { start, thread }] of drawing.occupancy.entries()) {
    const expected = occupancy.within(cpu, trace.begin, trace.end).map((one) => [one.begin - trace.begin, trace.threads.row(one.thread).tid]);
    const drawn = Array.from(
      start,
      (begin, row) => [begin, drawing.threads[thread[row] as number]?.tid, (start[row + 1] ?? drawing.durationNs) - begin] as const,
    );
    // a switch to the same thread and a stay of no length are nothing to see
    const seen = drawn.filter(([, tid, length]) => tid !== undefined && length > 0).map(([begin, tid]) => [begin, tid]);
    expect(seen).toEqual(expected);
  }
}

describe("buildDrawing", () => {
  it("says of a drawn scene who had each CPU, and how they left", () => {
    const timeline = buildTimeline(drawnScene().trace());
    const drawing = buildDrawing(timeline);
    expectSameOccupants(drawing, timeline);
    const [, cpu1] = drawing.occupancy;
    const left = Array.from(cpu1?.thread ?? [], (thread, row) => [drawing.threads[thread]?.comm, cpu1?.leave[row]]);
    expect(left).toContainEqual(["service", STATE.preempted]);
    expect(left).toContainEqual(["service", STATE.sleeping]);
    // exec gave it another name
    expect(left).toContainEqual(["tool", STATE.dead]);
    expect(drawing.interrupts[1]?.start.length).toBe(2);
    expect(Array.from(drawing.interrupts[1]?.name ?? [], (name) => drawing.names[name])).toEqual(["eth0", "NET_RX"]);
  });

  it("says where events of a CPU are missing", () => {
    const timeline = buildTimeline(drawnScene().trace());
    const [lost] = buildDrawing(timeline).lost;
    const [known] = timeline.trace.lost;
    expect(lost).toEqual({ cpu: 1, start: (known?.from ?? 0) - timeline.trace.begin, end: (known?.to ?? 0) - timeline.trace.begin, count: 7 });
  });

  it("agrees with the timeline of a real recording, and keeps every wake-up", () => {
    const { timeline } = explainedBundle();
    const drawing = buildDrawing(timeline);
    expectSameOccupants(drawing, timeline);
    expect(drawing.wakes.time.length).toBe(timeline.wakes.length);
    expect(drawing.blockRequests.length).toBe(timeline.blockIo.requests.length);
  });

  it("draws spans as if nothing else had been recorded", () => {
    const { timeline } = explainedBundle();
    const whole = buildDrawing(timeline);
    const span = { begin: Math.floor(whole.durationNs * 0.4), end: Math.floor(whole.durationNs * 0.5) };
    const part = buildDrawing(timeline, undefined, [span]);
    const within = ({ start, thread }: Drawing["occupancy"][number], threads: Drawing["threads"]): unknown[] =>
      Array.from(start, (begin, row) => ({ begin: Math.max(begin, span.begin), end: start[row + 1] ?? 0, tid: threads[thread[row] as number]?.tid }))
        .filter(({ begin, end, tid }) => tid !== undefined && end > span.begin && begin < span.end)
        .map(({ begin, end, tid }) => [begin, Math.min(end, span.end), tid]);
    for (const cpu of whole.occupancy.keys())
      expect(within(part.occupancy[cpu] as Drawing["occupancy"][number], part.threads)).toEqual(
        within(whole.occupancy[cpu] as Drawing["occupancy"][number], whole.threads),
      );
    expect(Array.from(part.wakes.time).every((time) => time >= span.begin && time < span.end)).toBe(true);
  });
});

describe("the drawing as bytes", () => {
  it("comes back as it was", () => {
    const drawing = buildDrawing(explainedBundle().timeline);
    expect(decodeDrawing(encodeDrawing(drawing))).toEqual(drawing);
  });

  it("keeps any whole numbers up to 2^53, and rounds down to coarser units", () => {
    const times = fc.array(fc.maxSafeNat(), { maxLength: 20 }).map((list) => Float64Array.from(list.sort((a, b) => a - b)));
    fc.assert(
      fc.property(times, fc.constantFrom(1, 100, 1000), (time, unitNs) => {
        const rows = time.length;
        const drawing: Drawing = {
          beginNs: "0",
          durationNs: Number.MAX_SAFE_INTEGER,
          unitNs,
          spans: [],
          threads: [],
          names: [],
          occupancy: [{ start: time, thread: new Int32Array(rows).fill(-1), leave: new Uint8Array(rows).fill(255) }],
          interrupts: [],
          wakes: { time, waker: new Int32Array(rows).fill(-1), wakee: new Int32Array(rows).fill(2 ** 31 - 2) },
          blockRequests: [],
          reclaim: [],
          lost: [],
          series: [],
        };
        const rounded = time.map((value) => Math.floor(value / unitNs) * unitNs);
        expect(decodeDrawing(encodeDrawing(drawing, unitNs))).toEqual({
          ...drawing,
          occupancy: [{ ...drawing.occupancy[0], start: rounded }],
          wakes: { ...drawing.wakes, time: rounded },
        });
      }),
    );
  });

  it("refuses what is cut off", () => {
    const bytes = encodeDrawing(buildDrawing(buildTimeline(drawnScene().trace())));
    expect(() => decodeDrawing(bytes.subarray(0, bytes.length - 1))).toThrow(RangeError);
  });
});

describe("seriesOf", () => {
  const at = (ms: number): string => String(5_000_000_000 + ms * 1e6);

  it("is the share of the time between two samples", () => {
    const samples = [
      { at: at(0), pressure: { cpu: { some: 100, full: 0 } }, stealTicks: 5 },
      { at: at(100), pressure: { cpu: { some: 50_100, full: 0 } }, stealTicks: 6 },
      { at: at(300), pressure: { cpu: { some: 50_100, full: 0 } }, stealTicks: 6 },
    ];
    expect(seriesOf(samples, 5_000_000_000n)).toEqual([
      { id: "psi-cpu", time: [100e6, 300e6], share: [0.5, 0] },
      { id: "steal", time: [100e6, 300e6], share: [0.1, 0] },
    ]);
  });

  it("does not draw what a sample lacks", () => {
    const groups = (throttledNs: number) => [{ path: "/a", version: 2 as const, pids: [], throttledNs }];
    const samples = [{ at: at(0), cgroups: groups(0) }, { at: at(10) }, { at: at(20), cgroups: groups(7e6) }, { at: at(30), cgroups: groups(7e6) }];
    expect(seriesOf(samples, 5_000_000_000n)).toEqual([]);
  });
});
