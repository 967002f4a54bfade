/** Did the diagnosis say what was done? */
import { brokenLaws, type RunResult } from "../../src/result/index.ts";
import type { Truth } from "./types.ts";

/** The goal of the lab: within 5 % or 1 ms. */
const COST_SHARE = 0.05;
const COST_NS = 1_000_000;

export interface Score {
  /** the verdict's cause, or `none`, or `inconclusive` */
  readonly said: string;
  readonly isCauseRight: boolean;
  /** the verdict is about the disturbed request and names the disturber, or nobody is to be named */
  readonly isCulpritRight: boolean;
  /** of the disturbed request, by whatever the truth is held against; undefined for a clean run */
  readonly reportedNs: number | undefined;
  /** reported minus injected; undefined for a clean run and for a wrong cause */
  readonly costErrorNs: number | undefined;
  readonly isCostRight: boolean;
  readonly confidence: string | undefined;
  readonly brokenLaws: readonly string[];
  /** what was expected and what was said */
  readonly text: string;
}

/** `disturbed` undefined: nothing was done, and nothing may be found. */
export function judge(result: RunResult, disturbed: { readonly id: string; readonly truth: Truth } | undefined): Score {
  const { verdict } = result;
  const { culprit } = verdict;
  const saidAll = `${verdict.cause} in request ${verdict.request ?? "-"}, ${ms(verdict.costNs)} ms, culprit ${culprit?.comm ?? "-"}/${culprit?.tid ?? "-"}`;
  const common = { said: verdict.cause, confidence: verdict.confidence, brokenLaws: brokenLaws(result) };
  if (disturbed === undefined) {
    const isRight = verdict.cause === "none";
    return {
      ...common,
      isCauseRight: isRight,
      isCulpritRight: isRight,
      isCostRight: isRight,
      reportedNs: undefined,
      costErrorNs: undefined,
      text: `none wanted, said ${saidAll}`,
    };
  }
  const { id, truth } = disturbed;
  const isCauseRight = truth.causes.some((cause) => cause === verdict.cause) && verdict.request === id;
  const reportedNs = truth.costOf === "verdict" ? verdict.costNs : chargedTo(truth, result, id);
  const costErrorNs = isCauseRight ? reportedNs - truth.costNs : undefined;
  const who = truth.culprits.map((one) => `${one.comm}/${one.tid}`).join(" or ") || "nobody";
  return {
    ...common,
    isCauseRight,
    isCulpritRight: isCauseRight && (truth.culprits.length === 0 || truth.culprits.some((one) => one.tid === culprit?.tid)),
    reportedNs,
    costErrorNs,
    isCostRight: costErrorNs !== undefined && Math.abs(costErrorNs) <= Math.max(COST_NS, truth.costNs * COST_SHARE),
    text: `${truth.causes.join(" or ")} of request ${id} wanted, ${ms(truth.costNs)} ms by ${truth.how}, culprit ${who}; said ${saidAll}, ${ms(reportedNs)} ms of ${truth.costOf}`,
  };
}

function chargedTo(truth: Truth, result: RunResult, id: string): number {
  const rows = result.requests.find((request) => request.id === id)?.account ?? [];
  return rows.filter((row) => truth.culprits.some((culprit) => culprit.tid === row.culprit.tid)).reduce((sum, row) => sum + row.ns, 0);
}

export const isRight = (score: Score): boolean => score.isCauseRight && score.isCulpritRight && score.isCostRight && score.brokenLaws.length === 0;

const ms = (ns: number): string => (ns / 1e6).toFixed(1);
