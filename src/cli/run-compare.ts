/** Compare two sets of runs, and fail when B is slower and that was asked for. */
import { EXIT, UserError, type ExitCode } from "../base/index.ts";
import { compareRuns } from "../history/index.ts";
import { comparisonSentence, renderComparison } from "../report/index.ts";
import { SIGNIFICANT, type Comparison, type RunResult } from "../result/index.ts";
import type { CliContext } from "./context.ts";
import type { CompareRequest } from "./handlers.ts";
import { loadResults } from "./load-results.ts";

export async function runCompare(request: CompareRequest, context: CliContext): Promise<ExitCode> {
  const { a, b, objectiveNs, matters, failOn, markers } = request;
  const query = markers === undefined ? undefined : ({ kind: "markers", ...markers } as const);
  const [runsA, runsB] = [loadResults(a, query, context), loadResults(b, query, context)];
  assertComparable(a, runsA);
  assertComparable(b, runsB);
  const comparison = compareRuns(runsA, runsB, { matters, ...(objectiveNs === undefined ? {} : { objectiveNs }) });
  context.progress.clear();
  if (context.json) context.out(`${JSON.stringify({ ...comparison, sentence: comparisonSentence(comparison, "en") }, undefined, 2)}\n`);
  else if (context.quiet) context.out(`${comparisonSentence(comparison, context.lang)}\n`);
  else context.out(renderComparison(comparison, { a, b }, { lang: context.lang, columns: context.columns, color: context.color }));
  return comparisonExit(comparison, failOn);
}

function assertComparable(name: string, runs: readonly RunResult[]): void {
  if (runs.some(({ requests }) => requests.some(({ status }) => status === "ok"))) return;
  throw new UserError("nothing-to-compare", `no request of ${name} succeeded, so there is nothing to compare`, {
    exitCode: EXIT.input,
    hint: "stallscope analyze says why they failed",
  });
}

/** A regression: slower beyond chance and by the share asked for, or more often over the objective beyond chance. */
export function comparisonExit({ verdict, latency, objective, a, b }: Comparison, failOn: number | undefined): ExitCode {
  if (failOn !== undefined) {
    if (verdict === "slower" && latency.shift >= failOn * latency.medianA) return EXIT.gate;
    if (objective !== undefined && objective.pValue < SIGNIFICANT && objective.overB / b.requests > objective.overA / a.requests) return EXIT.gate;
  }
  return verdict === "inconclusive" ? EXIT.inconclusive : EXIT.ok;
}
