/** Explain a recording: a directory of ours, or a trace of anybody's. */
import { EXIT, type ExitCode } from "../base/index.ts";
import { codeBlock } from "../report/index.ts";
import type { CliContext } from "./context.ts";
import { explainRecording } from "./explain-recording.ts";
import type { PrintFormat } from "./format-option.ts";
import type { AnalyzeRequest } from "./handlers.ts";
import { say } from "./messages.ts";
import { exitCodeOf, formatOf, printResult } from "./output.ts";
import { renderTraceSummary, traceSummaryJson } from "./trace-summary-view.ts";
import type { TraceSummary } from "./trace-summary.ts";

export async function runAnalyze(request: AnalyzeRequest, context: CliContext): Promise<ExitCode> {
  const explained = explainRecording(request, context);
  if (explained.kind === "no-request") return printSummary(explained.summary, context, formatOf(request.format, context));
  printResult(explained.result, context, request.format);
  return exitCodeOf(explained.result, request.failOn);
}

function summaryMarkdown(summary: TraceSummary, context: CliContext): string {
  const lines = renderTraceSummary(summary, { ...context, color: false })
    .trimEnd()
    .split("\n");
  return `${codeBlock(lines, "text")}\n`;
}

function printSummary(summary: TraceSummary, context: CliContext, format: PrintFormat): ExitCode {
  context.progress.clear();
  if (format === "json") context.out(traceSummaryJson(summary));
  else if (format === "md") context.out(summaryMarkdown(summary, context));
  else if (context.quiet) context.out(`${say(context.lang, "summary.no-request")}\n`);
  else context.out(renderTraceSummary(summary, context));
  return EXIT.inconclusive;
}
