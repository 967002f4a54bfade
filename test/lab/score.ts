/** Did the diagnosis say what was done? */
import { brokenLaws, type RunResult } from "../../src/result/index.ts";
import type { Truth } from "./injection.ts";

/** The goal of the lab: within 5 % or 1 ms. */
const COST_SHARE = 0.05;
const COST_NS = 1_000_000;

export interface Score {
  readonly name: string;
  readonly isCauseRight: boolean;
  /** the verdict is about the disturbed request and names the disturber, or nobody where nobody is to be named */
  readonly isCulpritRight: boolean;
  /** of the disturbed request; undefined for a clean run and for a wrong cause */
  readonly costErrorNs: number | undefined;
  readonly isCostRight: boolean;
  readonly brokenLaws: readonly string[];
  /** what was expected and what was said */
  readonly text: string;
}

/** `truth` undefined: nothing was done, and nothing may be found. */
export function score(name: string, result: RunResult, disturbed: { readonly id: string; readonly truth: Truth } | undefined): Score {
  const { verdict } = result;
  const broken = brokenLaws(result);
  const said = `${verdict.cause} in request ${verdict.request ?? "-"}, ${ms(verdict.costNs)} ms, culprit ${verdict.culprit?.comm ?? "-"}/${verdict.culprit?.tid ?? "-"}`;
  if (disturbed === undefined) {
    const isRight = verdict.cause === "none";
    return {
      name,
      isCauseRight: isRight,
      isCulpritRight: isRight,
      costErrorNs: undefined,
      isCostRight: isRight,
      brokenLaws: broken,
      text: `none wanted, said ${said}`,
    };
  }
  const { id, truth } = disturbed;
  const isCauseRight = verdict.cause === truth.cause && verdict.request === id;
  const costNs = truth.costOf === "verdict" ? verdict.costNs : chargedTo(truth, result, id);
  const costErrorNs = isCauseRight ? costNs - truth.costNs : undefined;
  return {
    name,
    isCauseRight,
    costErrorNs,
    brokenLaws: broken,
    isCulpritRight: isCauseRight && (truth.culprits.length === 0 || truth.culprits.some((culprit) => culprit.tid === verdict.culprit?.tid)),
    isCostRight: costErrorNs !== undefined && Math.abs(costErrorNs) <= Math.max(COST_NS, truth.costNs * COST_SHARE),
    text: `${truth.cause} of request ${id} wanted, ${ms(truth.costNs)} ms by ${truth.how}, culprit ${truth.culprits.map((culprit) => `${culprit.comm}/${culprit.tid}`).join(" or ") || "nobody"}; said ${said}, ${ms(costNs)} ms of ${truth.costOf}`,
  };
}

function chargedTo(truth: Truth, result: RunResult, id: string): number {
  const rows = result.requests.find((request) => request.id === id)?.account ?? [];
  return rows.filter((row) => truth.culprits.some((culprit) => culprit.tid === row.culprit.tid)).reduce((sum, row) => sum + row.ns, 0);
}

export const isRight = (result: Score): boolean => result.isCauseRight && result.isCulpritRight && result.isCostRight && result.brokenLaws.length === 0;

/** One row a case. */
export function scoreboard(scores: readonly Score[]): string {
  const names = [...new Set(scores.map((row) => row.name))];
  const rows = names.map((name) => {
    const own = scores.filter((row) => row.name === name);
    const count = (test: (row: Score) => boolean): string => `${own.filter(test).length}/${own.length}`;
    const errors = own.flatMap((row) => (row.costErrorNs === undefined ? [] : [Math.abs(row.costErrorNs)])).sort((a, b) => a - b);
    const median = errors[Math.floor(errors.length / 2)];
    return [
      name,
      count((row) => row.isCauseRight),
      count((row) => row.isCulpritRight),
      count((row) => row.isCostRight),
      median === undefined ? "-" : ms(median),
      errors.length === 0 ? "-" : ms(errors.at(-1) ?? 0),
      count((row) => row.brokenLaws.length === 0),
    ];
  });
  const table = [["case", "cause", "culprit", "cost", "median error ms", "worst", "laws"], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const ms = (ns: number): string => (ns / 1e6).toFixed(1);
