/** How does a result leave the program, and with which exit code? */
import { EXIT, type ExitCode } from "../base/index.ts";
import { renderMarkdown, renderSummary, renderTerminal, withSentences } from "../report/index.ts";
import { serializeResult, type RunResult } from "../result/index.ts";
import type { CliContext } from "./context.ts";
import type { PrintFormat } from "./format-option.ts";

/** What was asked for, else what --json says. */
export const formatOf = (asked: PrintFormat | undefined, { json }: CliContext): PrintFormat => asked ?? (json ? "json" : "text");

/** JSON in English, Markdown, one sentence, or the report. */
export function printResult(result: RunResult, context: CliContext, asked?: PrintFormat): void {
  context.progress.clear();
  const format = formatOf(asked, context);
  if (format === "json") context.out(serializeResult(withSentences(result, "en")));
  else if (format === "md") context.out(renderMarkdown(result, { lang: context.lang }));
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
