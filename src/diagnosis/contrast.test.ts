import { describe, expect, it } from "vitest";
import { contrastOf, decide, type Measured } from "./contrast.ts";
import { RULES } from "./rules/index.ts";

const MS = 1e6;
const request = (id: string, ms: number, cost: Record<string, number>, more: Partial<Measured> = {}): Measured => ({
  id,
  durationNs: ms * MS,
  ok: true,
  unexplainedNs: 0,
  cost: new Map(Object.entries(cost).map(([cause, value]) => [cause, value * MS])),
  ...more,
});
const verdict = (requests: readonly Measured[]): string => {
  const contrast = contrastOf(requests);
  if (contrast === undefined) return "nothing";
  const fast = requests.filter(({ id }) => contrast.fast.includes(id) && id !== contrast.subject.id);
  const decision = decide(contrast.subject, fast, contrast.standsOut, RULES);
  return decision.kind === "cause" ? `${decision.rule.id} in ${contrast.subject.id}` : decision.kind;
};
const normal = ["a", "b", "c", "d"].map((id) => request(id, 300, { "application-cpu": 270 }));

describe("the verdict of a run", () => {
  it("names the cause of most of the excess", () =>
    expect(verdict([...normal, request("x", 800, { "application-cpu": 280, "cpu-rival": 490 })])).toBe("cpu-rival in x"));
  it("names nothing when no request stands out", () => expect(verdict([...normal, request("x", 380, { "application-cpu": 350 })])).toBe("none"));
  it("does not take scatter of computing for a cause, but twice as much", () => {
    expect(verdict([...normal, request("x", 500, { "application-cpu": 470 })])).toBe("none");
    expect(verdict([...normal, request("x", 900, { "application-cpu": 870 })])).toBe("application-cpu in x");
  });
  it("is inconclusive when the excess is spread, or unexplained", () => {
    expect(
      verdict([...normal, request("x", 900, { "application-cpu": 270, "cpu-rival": 150, "block-io": 150, "lock-contention": 150, "hardirq-load": 150 })]),
    ).toBe("inconclusive");
    expect(verdict([...normal, request("x", 900, { "application-cpu": 270 }, { unexplainedNs: 600 * MS })])).toBe("inconclusive");
  });
  it("names what slows every request alike only when it comes from outside", () => {
    expect(verdict(normal.map(({ id }) => request(id, 600, { "cfs-quota": 300, "application-cpu": 270 })))).toMatch(/^cfs-quota/);
    expect(verdict(normal.map(({ id }) => request(id, 600, { "framework-polling": 300, "application-cpu": 270 })))).toBe("none");
  });
  it("names the service's own doing for a single request", () => expect(verdict([request("x", 300, { "application-cpu": 270 })])).toBe("application-cpu in x"));
  it("leaves failed requests out while there are others", () =>
    expect(verdict([...normal, request("x", 5000, { "cpu-rival": 4000 }, { ok: false })])).toBe("none"));
});
