/**
 * What each cause must have: scenes where it is found with a cost computed by hand, near misses that are ruled out, what
 * it says without one of its events, and that it does not apply without its hardware.
 */
import { describe, expect, it } from "vitest";

import { REMEDIES, RULES, type RemedyId, type Rule } from "../../src/diagnosis/index.ts";
import { CAUSE_GROUPS, type CauseGroup, type Verdict } from "../../src/result/index.ts";
import { diagnose, of, US, type Drawn } from "./request-scene.ts";

export interface FoundScene {
  readonly what: string;
  readonly draw: () => Drawn;
  /** us */
  readonly cost: number;
  /** in this order */
  readonly remedies: readonly RemedyId[];
  readonly confidence?: "high" | "medium" | "low";
  readonly culprit?: Readonly<Record<string, unknown>>;
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
  /** found, but something else took more; default: the verdict names this cause */
  readonly verdict?: Verdict["cause"];
}

export interface NearMiss {
  readonly what: string;
  readonly draw: () => Drawn;
  readonly verdict: Verdict["cause"];
}

export interface CauseScenes {
  readonly found: readonly [FoundScene, ...FoundScene[]];
  readonly nearMisses: readonly [NearMiss, ...NearMiss[]];
  /** remedies that the rule documents and no scene gets, each with the reason */
  readonly notGiven?: Partial<Readonly<Record<RemedyId, string>>>;
}

type CausesOf<G extends CauseGroup> = (typeof CAUSE_GROUPS)[G][number];

/** All tests of one group; a cause without scenes does not compile, and fails. */
export function describeCauses<G extends CauseGroup>(group: G, scenes: Readonly<Record<CausesOf<G>, CauseScenes>>): void {
  const known = new Map<string, CauseScenes>(Object.entries<CauseScenes>(scenes));
  it(`every cause of ${group} has its scenes, and a rule of this group`, () => {
    expect([...known.keys()].sort()).toEqual([...CAUSE_GROUPS[group]].sort());
    expect(
      RULES.filter((rule) => rule.group === group)
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...CAUSE_GROUPS[group]].sort());
  });
  const drawn = RULES.flatMap((rule) => {
    const own = known.get(rule.id);
    return own === undefined ? [] : [{ id: rule.id, rule, own }];
  });
  describe.each(drawn)("$id", ({ rule, own }) => {
    describeCause(rule, own);
  });
}

function describeCause(rule: Rule, { found, nearMisses, notGiven = {} }: CauseScenes): void {
  for (const one of found) {
    it(`is found: ${one.what}`, () => expectFound(rule, one));
    it(`has evidence: ${one.what}`, () => {
      expect(of(diagnose(one.draw()), rule.id).evidence.length).toBeGreaterThan(0);
    });
  }
  for (const { what, draw, verdict } of nearMisses) {
    it(`is ruled out: ${what}`, () => {
      const result = diagnose(draw());
      expect(of(result, rule.id)).toMatchObject({ status: "ruled-out", costNs: 0 });
      expect(result.verdict.cause).toBe(verdict);
      expect(result.verdict.cause).not.toBe(rule.id);
    });
  }
  for (const event of [...rule.needs.wide, ...rule.needs.deep]) {
    it(`says so without ${event}`, () => {
      const result = diagnose(found[0].draw(), { without: [event] });
      expect(of(result, rule.id)).toMatchObject({ status: "insufficient-data", costNs: 0, missing: [{ what: event }] });
      expect(result.verdict.cause).not.toBe(rule.id);
    });
  }
  for (const what of rule.needs.stacks ? ["kernel stacks"] : []) {
    it(`says so without ${what}`, () => {
      expect(of(diagnose(found[0].draw(), { hasStacks: false }), rule.id)).toMatchObject({ status: "insufficient-data", costNs: 0 });
    });
  }
  for (const ability of rule.hardware) {
    it(`does not apply to a machine without ${ability}`, () => {
      const result = diagnose(found[0].draw(), { capabilities: { [ability]: false } });
      expect(of(result, rule.id)).toMatchObject({ status: "not-applicable", costNs: 0, because: `this machine has no ${ability}` });
      expect(result.verdict.cause).not.toBe(rule.id);
    });
  }
  it("gives each remedy that it documents, or there is a reason", () => {
    const given = found.flatMap(({ remedies }) => remedies);
    expect([...new Set([...given, ...Object.keys(notGiven)])].sort()).toEqual([...rule.doc.remedies].sort());
    expect(given.filter((id) => notGiven[id] !== undefined)).toEqual([]);
  });
}

function expectFound(rule: Rule, { draw, cost, remedies, confidence = "medium", culprit, facts = {}, verdict = rule.id }: FoundScene): void {
  const result = diagnose(draw());
  const diagnosis = of(result, rule.id);
  expect(diagnosis).toMatchObject({ status: "found", costNs: cost * US, confidence, facts, ...(culprit === undefined ? {} : { culprit }) });
  expect(result.verdict).toMatchObject(verdict === rule.id ? { cause: rule.id, costNs: cost * US, confidence } : { cause: verdict });
  expect(diagnosis.remedies.map(({ id }) => id)).toEqual(remedies);
  for (const { id, commands, undo, verify } of diagnosis.remedies) {
    expect(Object.keys(REMEDIES)).toContain(id);
    expect(commands.length).toBeGreaterThan(0);
    for (const text of [...commands, ...undo, verify ?? ""]) {
      expect(text.trim()).not.toBe("");
      // a place that was not filled in, or filled in with nothing: no command is for process 0
      expect(text).not.toMatch(/\{\w+\}|undefined|NaN|^(?:taskset|renice|chrt|kill|perf|py-spy|ps) .* 0$|\/proc\/0\//);
    }
  }
}
