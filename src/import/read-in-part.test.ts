import { describe, expect, it } from "vitest";
import { schedHeavyTrace } from "../../bench/sched-heavy-trace.ts";
import { explain, findRequests } from "../diagnosis/index.ts";
import type { TimeSpan, Trace } from "../trace/index.ts";
import { timeNs } from "../base/index.ts";
import { importTrace } from "./index.ts";

const markers = { kind: "markers" } as const;
const spans = (survey: Trace): TimeSpan[] =>
  findRequests(survey, markers).map(({ begin, end }) => ({
    from: timeNs(Number(BigInt(begin) - survey.clock.base)),
    to: timeNs(Number(BigInt(end) - survey.clock.base)),
  }));
const explained = (trace: Trace) => explain({ trace, requests: findRequests(trace, markers), toolVersion: "test" });

describe("a recording too large to be read whole", () => {
  // 16 s, three requests of which the longest takes 3 s
  const bytes = schedHeavyTrace(64_000, 1_000_000);
  const whole = importTrace(bytes);
  const part = importTrace(bytes, { readAllBytes: 0, focus: spans });

  it("explains its requests as if it had been", () => {
    const [wanted, got] = [explained(whole), explained(part)];
    expect(wanted.requests).toHaveLength(3);
    expect(got.requests.map(({ account, durationNs }) => ({ account, durationNs }))).toEqual(
      wanted.requests.map(({ account, durationNs }) => ({ account, durationNs })),
    );
    expect(got.requests.map(({ path }) => path)).toEqual(wanted.requests.map(({ path }) => path));
    expect(got.verdict).toEqual(wanted.verdict);
  });

  it("says what was not read, and counts it all the same", () => {
    expect(part.problems.map(({ code }) => code)).toEqual(["read-in-part"]);
    expect(part.unread.length).toBeGreaterThan(1);
    expect(part.counts).toEqual(whole.counts);
    const rows = (trace: Trace): number => trace.tables.get("sched_switch")?.length ?? 0;
    expect(rows(part)).toBeLessThan(rows(whole));
    expect(part.tables.get("print")).toEqual(whole.tables.get("print"));
  });

  it("reads its markers only when they show no request", () => {
    const survey = importTrace(bytes, { readAllBytes: 0, focus: () => [] });
    expect(survey.tables.has("sched_switch")).toBe(false);
    expect(survey.unread).toEqual([{ from: survey.begin, to: survey.end }]);
  });

  it("is read whole when it is small, or when nobody says what matters", () => {
    expect(importTrace(bytes, { focus: spans }).unread).toEqual([]);
    expect(importTrace(bytes, { readAllBytes: 0 }).unread).toEqual([]);
  });
});
