import { describe, expect, it } from "vitest";
import { schedHeavyTrace } from "../../bench/sched-heavy-trace.ts";
import { importTrace } from "../import/index.ts";
import { explain, findRequests } from "./index.ts";

describe("explain", () => {
  const trace = importTrace(schedHeavyTrace(20_000));
  const requests = findRequests(trace, { kind: "markers" });

  it("compares a request with others, never with itself", () => {
    expect(requests.length).toBeGreaterThan(1);
    expect(explain({ trace, requests: requests.slice(0, 1), toolVersion: "test" }).contrast).toBeUndefined();
    const { contrast, verdict } = explain({ trace, requests, toolVersion: "test" });
    expect(contrast?.fast.length).toBeGreaterThan(0);
    expect(contrast?.fast).not.toContain(verdict.request);
  });
});
