/** Whatever rules claim, costs stay within what there is: the laws of `measure`, with rules that claim at random. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runOf } from "../../test/support/run-of.ts";
import { scene } from "../../test/support/trace-dsl.ts";
import type { PathClass, Segment } from "../critical-path/index.ts";
import type { ExplainedRequest } from "../facts/index.ts";
import type { ThreadIndex } from "../trace/index.ts";
import { CAUSE_IDS } from "../result/index.ts";
import { defineRule, durationOf, needs, type Rule } from "./define-rule.ts";
import { measure } from "./measure.ts";

const RUN = runOf(
  scene({ cpus: 1, threads: [{ tid: 20, comm: "service" }] })
    .at(1)
    .switch(0, 0, "R", 20),
);
const SERVICE = 1 as ThreadIndex;

const requestOf = (pieces: readonly (readonly [kind: PathClass, length: number])[]): ExplainedRequest => {
  let at = 0;
  const segments = pieces.map(([kind, length]): Segment => {
    const begin = at;
    at += length;
    return { begin, end: at, class: kind, thread: SERVICE, cpu: 0, depth: 0, culprit: { kind: "none" }, via: [] };
  });
  return { id: "0", window: { thread: SERVICE, begin: 0, end: at }, segments, failed: false };
};

type Claim = boolean | number | "throws";

/** A rule that claims by the segment's place in the path. */
const ruleOf = (index: number, claims: readonly Claim[], request: ExplainedRequest, classes?: readonly PathClass[]): Rule =>
  defineRule({
    id: CAUSE_IDS[index] ?? "application-cpu",
    group: "application",
    nature: "inside",
    needs: needs([]),
    doc: { signature: "", notThis: "", sources: [], remedies: [] },
    ...(classes === undefined ? {} : { classes }),
    claims(segment) {
      const claim = claims[request.segments.indexOf(segment) % claims.length] ?? false;
      if (claim === "throws") throw new Error("a bug of this rule");
      return claim;
    },
    conclude: () => ({ witness: undefined, facts: {}, remedies: [] }),
  });

const KINDS: readonly PathClass[] = ["running", "runnable", "blocked-io", "unknown", "lost"];
const pieces = fc.array(fc.tuple(fc.constantFrom(...KINDS), fc.integer({ min: 1, max: 10 ** 12 })), { minLength: 1, maxLength: 20 });
const claim: fc.Arbitrary<Claim> = fc.oneof(
  fc.boolean(),
  fc.double({ min: -1, max: 3, noNaN: true }),
  fc.constantFrom<Claim>(0, 1, 1 / 3, 2 / 3, 0.5, Number.MIN_VALUE, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, "throws"),
);
const claimsOfRules = fc.array(fc.tuple(fc.array(claim, { minLength: 1, maxLength: 20 }), fc.option(fc.subarray([...KINDS]), { nil: undefined })), {
  maxLength: 8,
});

describe("measure", () => {
  it("gives whole nanoseconds, and never more than the request, nor than the segments that were claimed", () => {
    fc.assert(
      fc.property(pieces, claimsOfRules, (drawn, all) => {
        const request = requestOf(drawn);
        const { costs, claimed } = measure(
          RUN,
          request,
          all.map(([claims, classes], index) => ruleOf(index, claims, request, classes)),
        );
        let sum = 0;
        for (const [rule, cost] of costs) {
          expect(Number.isSafeInteger(cost)).toBe(true);
          expect(cost).toBeGreaterThan(0);
          expect(cost).toBeLessThanOrEqual(durationOf(claimed.get(rule) ?? []));
          sum += cost;
        }
        expect(sum).toBeLessThanOrEqual(durationOf(request.segments));
        expect([...claimed.keys()]).toEqual([...costs.keys()]);
      }),
    );
  });
  it("never gives more than one segment has, however many rules want a part of it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 12 }), fc.array(claim, { minLength: 1, maxLength: 10 }), (length, wanted) => {
        const request = requestOf([["running", length]]);
        const { costs } = measure(
          RUN,
          request,
          wanted.map((one, index) => ruleOf(index, [one], request)),
        );
        const sum = [...costs.values()].reduce((total, cost) => total + cost, 0);
        expect(sum).toBeLessThanOrEqual(length);
        // who claims all that is left leaves nothing
        if (wanted.some((one) => one === true || (typeof one === "number" && one >= 1))) expect(sum).toBe(length);
      }),
    );
  });
  it("gives parts of the whole segment, and to the rule that comes last what is left", () => {
    const request = requestOf([["running", 1000]]);
    const [half, most, rest] = [ruleOf(0, [0.5], request), ruleOf(1, [0.4], request), ruleOf(2, [0.3], request)];
    expect([...measure(RUN, request, [half, most, rest]).costs.values()]).toEqual([500, 400, 100]);
  });
  it("asks a rule only for its classes, and a rule that threw never again", () => {
    const request = requestOf([
      ["running", 10],
      ["blocked-io", 20],
      ["running", 40],
    ]);
    const picky = ruleOf(0, [true], request, ["blocked-io"]);
    const broken = ruleOf(1, [true, true, "throws"], request);
    const { costs, failed, claimed } = measure(RUN, request, [picky, broken]);
    expect(costs.get(picky)).toBe(20);
    expect(costs.get(broken)).toBe(10);
    expect(claimed.get(broken)).toHaveLength(1);
    expect(failed.get(broken)).toBe("a bug of this rule");
  });
  it("counts lost and unknown time as unexplained, whoever claims it", () => {
    const request = requestOf([
      ["lost", 10],
      ["unknown", 20],
      ["running", 40],
    ]);
    expect(measure(RUN, request, [ruleOf(0, [true], request)]).unexplainedNs).toBe(30);
  });
  it("does not let one rule's NaN into the costs of all", () => {
    const request = requestOf([["running", 10]]);
    const { costs } = measure(RUN, request, [ruleOf(0, [Number.NaN], request), ruleOf(1, [true], request)]);
    expect([...costs.values()]).toEqual([10]);
  });
});
