import { describe, expect, it } from "vitest";
import { runOf } from "../../test/support/run-of.ts";
import { scene, type Scene } from "../../test/support/trace-dsl.ts";
import { lateTimers } from "./index.ts";

const US = 1000;
const begun = (): Scene =>
  scene({ cpus: 2, threads: [{ tid: 20, comm: "service" }] })
    .at(1)
    .switch(1, 0, "R", 20)
    .at(20_000)
    .switch(1, 20, "S", 0);
const overdue = (drawn: Scene, cpu: number, begin: number, end: number): number =>
  runOf(drawn)
    .get(lateTimers)
    .overdueIn(cpu, begin * US, end * US) / US;

/** Due at 1 000 and 3 000, both fired at 6 000; due at 8 000, fired at 9 000. */
const two = (): Scene => begun().at(10).hrtimer(1, 1, 1000, 6000, 6001).hrtimer(1, 2, 3000, 6002, 6003).hrtimer(1, 3, 8000, 9000, 9001);

describe("lateTimers", () => {
  it.each([
    ["all of it: two that overlap count once", 0, 10_000, 5002 + 1000],
    ["the part inside", 2000, 4000, 2000],
    ["the end of one and the begin of another", 6000, 8500, 2 + 500],
    ["nothing between them", 6002, 8000, 0],
    ["nothing afterwards", 9000, 10_000, 0],
  ])("gives %s", (_name, begin, end, us) => {
    expect(overdue(two(), 1, begin, end)).toBe(us);
  });
  it("is of one CPU", () => {
    expect(overdue(two(), 0, 0, 10_000)).toBe(0);
  });
  it("leaves out what is late by less than 0.5 ms, and timers of another clock", () => {
    const drawn = begun().at(10).hrtimer(1, 1, 1000, 1499, 1500).hrtimer(1, 2, -4_000_000_000, 3000, 3001);
    expect(overdue(drawn, 1, 0, 10_000)).toBe(0);
    expect(overdue(begun().at(10).hrtimer(1, 1, 1000, 1500, 1501), 1, 0, 10_000)).toBe(500);
  });
});
