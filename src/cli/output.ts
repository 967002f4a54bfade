/** How does a result leave the program, and with which exit code? */
import { EXIT, type ExitCode } from "../base/index.ts";
import { renderSummary, renderTerminal, withSentences } from "../report/index.ts";
import { serializeResult, type RunResult } from "../result/index.ts";
import type { CliContext } from "./context.ts";

/** JSON in English, one sentence, or the report. */
export function printResult(result: RunResult, context: CliContext): void {
  context.progress.clear();
  if (context.json) context.out(serializeResult(withSentences(result, "en")));
  else if (context.quiet) context.out(renderSummary(result, { lang: context.lang }));
  else context.out(renderTerminal(result, { lang: context.lang, columns: context.columns, color: context.color }));
}

/** Verdicts that hold nobody up: computing is what a service is for. */
const NOT_A_STALL = new Set(["none", "inconclusive", "application-cpu"]);

/** `failOn`: the share of the verdict's request from which a cause is a failure. */
export function exitCodeOf({ verdict }: RunResult, failOn: number | undefined): ExitCode {
  if (failOn !== undefined && !NOT_A_STALL.has(verdict.cause) && verdict.share >= failOn) return EXIT.gate;
  return verdict.cause === "inconclusive" ? EXIT.inconclusive : EXIT.ok;
}
