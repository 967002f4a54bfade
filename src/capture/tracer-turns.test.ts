import { describe, expect, it } from "vitest";
import { turnsOf } from "./tracer-turns.ts";

describe("turnsOf", () => {
  it("lets different families run together", () => {
    expect(turnsOf(["irqsoff", "wakeup_rt"])).toEqual([["irqsoff", "wakeup_rt"]]);
  });
  it("lets members of one family take turns, and the others run with each", () => {
    expect(turnsOf(["irqsoff", "preemptoff", "wakeup"])).toEqual([
      ["irqsoff", "wakeup"],
      ["preemptoff", "wakeup"],
    ]);
  });
  it("lets none run twice for being named twice", () => {
    expect(turnsOf(["irqsoff", "irqsoff"])).toEqual([["irqsoff"]]);
  });
  it("is empty without tracers", () => {
    expect(turnsOf([])).toEqual([]);
  });
});
