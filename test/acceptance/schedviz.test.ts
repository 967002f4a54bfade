/**
 * https://github.com/google/schedviz/issues/14 : each CPU's first time stamp was subtracted separately, so the order broke.
 * https://github.com/google/schedviz/issues/13 : leave it running for hours, and keep only the incident.
 */
import { describe, expect, it } from "vitest";
import { diagnosisOf, drawService, SERVICE, spentIn, US } from "./service-scene.ts";

const RIVAL = 600;

describe("SchedViz 14: the CPUs' recordings begin at different times", () => {
  it("the order of wakes across CPUs is kept, to the nanosecond", () => {
    // CPU 0 is recorded from 0 on; CPU 1 has its first event 3 s later, CPU 2 another 2 ms later
    const { explain } = drawService(
      3,
      [{ tid: 21, pid: SERVICE, comm: "worker" }],
      [
        {
          at: 3_000_000,
          took: 20_000,
          work: (drawn, begin) =>
            drawn
              .at(begin + 2000)
              .waking(1, SERVICE, 21, 2)
              .at(begin + 2010)
              .switch(2, 0, "R", 21)
              .at(begin + 2020)
              .switch(1, SERVICE, "S", 0)
              .at(begin + 15_000)
              .waking(2, 21, SERVICE, 1)
              .at(begin + 15_007)
              .switch(1, 0, "R", SERVICE)
              .at(begin + 15_020)
              .switch(2, 21, "S", 0),
        },
      ],
    );
    const result = explain();
    const worker = result.requests[0]?.path.filter(({ thread }) => thread.tid === 21) ?? [];
    // inside the service's sleep, from 2020 to 15 000: the worker ran all the time
    expect(worker.map((entry) => [entry.class, Number(entry.endNs) - Number(entry.beginNs)])).toEqual([["running", 12_980 * US]]);
    expect(spentIn(result, "runnable")).toBe((10 + 7 + 10) * US);
    expect(spentIn(result, "unknown") + spentIn(result, "lost")).toBe(0);
  });
});

describe("SchedViz 13: run for hours, keep only the incident", () => {
  const HOURS = 3 * 3600 * 1e6;
  const { scene, explain } = drawService(
    2,
    [{ tid: RIVAL, comm: "backup" }],
    [
      {
        at: HOURS,
        took: 80_000,
        work: (drawn, begin) =>
          drawn
            .at(begin + 5000)
            .switch(1, SERVICE, "R", RIVAL)
            .at(begin + 65_000)
            .switch(1, RIVAL, "S", SERVICE),
      },
    ],
  );
  // what was before has been overwritten in the ring of CPU 1; what is kept of it begins 50 us before the incident
  scene
    .lose(1, HOURS - 100, 5_000_000)
    .at(HOURS - 50)
    .event("sched_wake_idle_without_ipi", 1, { fields: { cpu: 1 } });
  const result = explain();

  it("the incident is explained to the nanosecond although everything before it was overwritten", () => {
    expect(result.verdict).toMatchObject({ cause: "cpu-rival", costNs: 60_000 * US, culprit: { comm: "backup" } });
    expect(spentIn(result, "lost")).toBe(0);
    expect(diagnosisOf(result, "cpu-rival").evidence.length).toBeGreaterThan(0);
  });

  it("and the report says how much was lost", () => {
    expect(result.capture.lost.total).toBe(5_000_000);
  });
});
