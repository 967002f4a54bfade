import { describe, expect, it } from "vitest";
import type { RequestResult, RunResult } from "../../../src/result/index.ts";
import type { Truth } from "../types.ts";
import { isRight, judge, type VmScored } from "./outcome.ts";
import { vmAbility } from "./requirements.ts";
import type { VmVariant } from "./types.ts";

const MS = 1_000_000;
const VARIANT: VmVariant = { id: "vm-x", causes: ["irqs-off"], machine: { memoryMb: 768 }, heldBack: false };
const TRUTH: Truth = { causes: ["irqs-off"], culprits: [{ tid: 79, comm: "irq_test" }], costNs: 20 * MS, costOf: "verdict", how: "known" };

/** A run whose only request was held by `tid` for `ns` of its 100 ms. */
function result(cause: RunResult["verdict"]["cause"], tid: number, ns: number): RunResult {
  const verdict: RunResult["verdict"] = {
    cause,
    request: "2",
    costNs: ns,
    share: ns / (100 * MS),
    confidence: "high",
    sentence: "",
    culprit: { kind: "irqs-off", tid },
  };
  const culprit = { kind: "irqs-off", tid } as const;
  const thread = { comm: "service", tid: 12, pid: 11 };
  const request: RequestResult = {
    id: "2",
    kind: "http",
    status: "ok",
    durationNs: ns,
    beginNs: 0,
    endNs: ns,
    phases: [],
    account: [{ class: "runnable", culprit, ns, share: 1 }],
    path: [{ beginNs: 0, endNs: ns, class: "runnable", thread, depth: 0, culprit, via: [] }],
    verdict,
  };
  return {
    schemaVersion: 1,
    tool: { name: "stallscope", version: "0" },
    host: { cpus: 2 },
    capture: { clock: "mono", events: [], missingEvents: [], eventCount: 0, durationNs: ns, lost: { total: 0, perCpu: [] }, problems: [], disturbances: [] },
    targets: [],
    requests: [request],
    diagnoses: [],
    verdict,
  };
}

const judged = (said: RunResult, truth: Truth | undefined): VmScored =>
  judge({
    variant: truth === undefined ? { ...VARIANT, causes: [] } : VARIANT,
    run: 0,
    guest: { kind: "done", ...(truth === undefined ? {} : { disturbed: { id: "2", truth, notes: {} } }) },
    hostWaitShare: 0,
    result: said,
  });

describe("judge", () => {
  it.each([
    ["right", result("irqs-off", 79, 20.9 * MS), TRUTH, [true, true, true]],
    ["more than 5 % and more than 1 ms off", result("irqs-off", 79, 21.1 * MS), TRUTH, [true, true, false]],
    ["another cause", result("cpu-rival", 79, 20 * MS), TRUTH, [false, false, false]],
    ["another thread", result("irqs-off", 80, 20 * MS), TRUTH, [true, false, true]],
    ["a cost of culprits that the account gives to others", result("irqs-off", 80, 20 * MS), { ...TRUTH, costOf: "culprits" as const }, [true, false, false]],
  ])("%s", (_name, said, truth, [cause, culprit, cost]) => {
    const outcome = judged(said, truth);
    expect([outcome.isCauseRight, outcome.isCulpritRight, outcome.isCostRight]).toEqual([cause, culprit, cost]);
    expect(isRight(outcome)).toBe(cause === true && culprit === true && cost === true);
  });

  it("a verdict about another request is wrong", () => {
    const said = result("irqs-off", 79, 20 * MS);
    expect(isRight(judged({ ...said, verdict: { ...said.verdict, request: "3" } }, TRUTH))).toBe(false);
  });

  it("a clean run may accuse nobody", () => {
    expect(isRight(judged(result("none", 79, 20 * MS), undefined))).toBe(true);
    expect(isRight(judged(result("irqs-off", 79, 20 * MS), undefined))).toBe(false);
  });

  it("an account that does not close is not right", () => {
    const said = result("irqs-off", 79, 20 * MS);
    const [request] = said.requests;
    expect(isRight(judged({ ...said, requests: request === undefined ? [] : [{ ...request, account: [] }] }, TRUTH))).toBe(false);
  });
});

describe("vmAbility", () => {
  it("says in one sentence what lacks", () => {
    expect(vmAbility("/nowhere/checkout", { STALLSCOPE_TESTBED: "/nowhere/testbed" })).toEqual({
      kind: "missing",
      why: "there is no /nowhere/testbed/bzImage (STALLSCOPE_TESTBED names the folder with bzImage and preemptirq_delay_test.ko)",
    });
  });

  it("looks beside the checkout when nothing is named", () => {
    expect(vmAbility("/nowhere/checkout", {})).toMatchObject({ why: expect.stringContaining("/nowhere/shared/testbed/bzImage") });
  });
});
