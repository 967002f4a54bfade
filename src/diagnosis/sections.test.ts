/** What latency tracers saw, beside what events alone show. Times are us; see request-scene.ts. */
import { describe, expect, it } from "vitest";
import { diagnose, of, preempted, US, type Draw } from "../../test/support/request-scene.ts";
import type { SceneThread } from "../../test/support/trace-dsl.ts";
import type { RunResult } from "../result/index.ts";
import { tracersOf } from "./sections.ts";

const DRIVER: SceneThread = { tid: 30, comm: "driver", isKernel: true };
/** A timer of CPU 1 was due at 5 000 and fired at 45 000, while the driver had that CPU from 200 to 50 200. */
const lateTimer: Draw = (drawn) => drawn.at(300).hrtimer(1, 2, 5000, 45_000, 45_010);
const late = { scene: preempted(DRIVER, lateTimer), end: 60_000 };
const irqsoff = {
  tracer: "irqsoff",
  request: "0",
  cpu: 1,
  task: { comm: "driver", tid: 30 },
  errorNs: 0,
  begin: 4_900,
  length: 40_100,
  from: "poll",
  to: "done",
};

const sectionsIn = (result: RunResult) => (result.sections ?? []).filter(({ kind }) => kind !== "cpu-wait");

describe("a section with interrupts off", () => {
  it("is shown by events alone, with how much later it may have begun", () => {
    expect(sectionsIn(diagnose(late))).toEqual([
      expect.objectContaining({ request: "0", kind: "irqs-off", seenBy: "events", cpu: 1, durationNs: 44_800 * US, errorNs: 4_800 * US, costNs: 44_800 * US }),
    ]);
  });
  it("stands before those when a tracer saw it, in its place, with what the request spent in it", () => {
    const [traced, byEvents] = diagnose({ ...late, facts: { traced: [irqsoff] } }).sections ?? [];
    expect(traced).toMatchObject({ seenBy: "irqsoff", task: { comm: "driver", tid: 30, pid: 30 }, durationNs: 40_100 * US, costNs: 40_100 * US, from: "poll" });
    expect(byEvents?.seenBy).toBe("events");
  });
  it("is sure when both saw it", () => {
    const alone = of(diagnose(late), "irqs-off");
    const both = of(diagnose({ ...late, facts: { traced: [irqsoff] } }), "irqs-off");
    expect([alone.confidence, alone.facts["seenBy"]]).toEqual(["medium", "events alone"]);
    expect([both.confidence, both.facts["seenBy"], both.facts["from"]]).toEqual(["high", "events and irqsoff", "poll"]);
  });
  it.each([
    ["on another CPU", { cpu: 0 }],
    ["at another time", { begin: 50_500 }],
    ["much shorter", { length: 1_000 }],
  ])("is another one %s", (_what, change) => {
    expect(of(diagnose({ ...late, facts: { traced: [{ ...irqsoff, ...change }] } }), "irqs-off").facts["seenBy"]).toBe("events alone");
  });
  it("costs a request nothing that did not wait for that CPU", () => {
    expect(diagnose({ ...late, facts: { traced: [{ ...irqsoff, cpu: 0 }] } }).sections?.[0]).toMatchObject({ seenBy: "irqsoff", costNs: 0 });
  });
  it("that was seen while nothing was fired is of the request it falls into, and of no other", () => {
    const seenBy = (begin: number) =>
      sectionsIn(diagnose({ ...late, facts: { traced: [{ ...irqsoff, request: undefined, begin }] } })).map((one) => one.seenBy);
    expect(seenBy(irqsoff.begin)).toEqual(["irqsoff", "events"]);
    expect(seenBy(60_200)).toEqual(["events"]);
  });
  it("of another request is not this one's", () => {
    expect(sectionsIn(diagnose({ ...late, facts: { traced: [{ ...irqsoff, request: "7" }] } })).map(({ seenBy }) => seenBy)).toEqual(["events"]);
  });
});

describe("the longest wait for a CPU", () => {
  const rival: SceneThread = { tid: 30, comm: "rival" };
  const draw: Draw = (drawn) => drawn.irq(1, 1_000, 1_300, 33, "eth0").softirq(1, 1_300, 1_800, 3).irq(1, 2_000, 2_100, 33, "eth0");
  it("says who had it, interrupts net, to the nanosecond", () => {
    const [wait] = (diagnose({ scene: preempted(rival, draw), end: 60_000 }).sections ?? []).filter(({ kind }) => kind === "cpu-wait");
    expect(wait).toMatchObject({ seenBy: "events", cpu: 1, task: { comm: "service", tid: 20 }, durationNs: 50_000 * US, costNs: 50_000 * US });
    expect(wait?.parts?.map(({ kind, name, task, ns, count }) => [kind, name ?? task?.comm, ns / US, count])).toEqual([
      ["thread", "rival", 49_100, 1],
      ["softirq", "NET_RX", 500, 1],
      ["irq", "eth0", 400, 2],
    ]);
  });
});

describe("the longest wake-up", () => {
  const wakeup = { tracer: "wakeup", request: "0", cpu: 1, errorNs: 0, begin: 150, length: 50_050, from: undefined, to: undefined };
  it("costs what the path waited when its thread did", () => {
    const [section] = diagnose({ ...late, facts: { traced: [{ ...wakeup, task: { comm: "service", tid: 20 } }] } }).sections ?? [];
    expect(section).toMatchObject({ kind: "wakeup", costNs: 50_000 * US });
  });
  it("costs nothing when another thread did", () => {
    const [section] = diagnose({ ...late, facts: { traced: [{ ...wakeup, task: { comm: "driver", tid: 30 } }] } }).sections ?? [];
    expect(section).toMatchObject({ kind: "wakeup", costNs: 0 });
  });
});

describe("tracersOf", () => {
  it("says with which requests each ran, and why one did not", () => {
    expect(tracersOf({ ran: [{ tracer: "irqsoff", requests: ["0", "2"] }], refusals: [{ tracer: "wakeup", reason: "busy", errno: "EBUSY" }] })).toEqual([
      { tracer: "irqsoff", status: "ran", requests: ["0", "2"] },
      { tracer: "wakeup", status: "busy", requests: [], errno: "EBUSY" },
    ]);
  });
});
