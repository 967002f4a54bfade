/** Explain a recording: a directory of ours, or a trace of anybody's. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { EXIT, ImportError, type ExitCode } from "../base/index.ts";
import { openBundle, type RequestRecord } from "../bundle/index.ts";
import { explain, findRequests } from "../diagnosis/index.ts";
import { openRecording } from "../import/index.ts";
import type { Trace } from "../trace/index.ts";
import type { CliContext } from "./context.ts";
import type { AnalyzeRequest } from "./handlers.ts";
import { say } from "./messages.ts";
import { exitCodeOf, printResult } from "./output.ts";
import { explainBundle, spansOf } from "./pipeline.ts";
import { renderTraceSummary, traceSummaryJson } from "./trace-summary-view.ts";
import { summarizeTrace, type TraceSummary } from "./trace-summary.ts";

export async function runAnalyze(request: AnalyzeRequest, context: CliContext): Promise<ExitCode> {
  const { path, query, failOn } = request;
  const kind = kindOf(path);
  if (kind === "bundle" && query === undefined) {
    const { requests } = openBundle(path);
    if (requests.length > 0) {
      const result = explainBundle(path, context);
      printResult(result, context);
      return exitCodeOf(result, failOn);
    }
  }
  context.progress.say(say(context.lang, "progress.read"));
  const bundle = kind === "bundle" ? openBundle(path) : undefined;
  const find = (trace: Trace): readonly RequestRecord[] => findRequests(trace, query ?? { kind: "markers" });
  const { recording, close } = openRecording(bundle?.tracePath ?? path, {
    focus: (survey) => spansOf(survey, find(survey)),
    ...(bundle === undefined ? {} : { threads: bundle.manifest.threads }),
  });
  try {
    const trace = recording.trace();
    const requests = find(trace);
    if (requests.length === 0) return printSummary(summarizeTrace(trace, recording.latency?.()), context);
    context.progress.say(say(context.lang, "progress.explain"));
    const result = explain({
      trace,
      requests,
      toolVersion: context.version,
      ...(bundle === undefined ? {} : { samples: bundle.samples, manifest: bundle.manifest }),
    });
    printResult(result, context);
    return exitCodeOf(result, failOn);
  } finally {
    close();
  }
}

function kindOf(path: string): "bundle" | "file" {
  // the standard input
  if (path === "-") return "file";
  if (!existsSync(path))
    throw new ImportError("no-such-file", `there is no ${path}`, { hint: "give a directory that stallscope capture printed, a trace.dat, or a trace as text" });
  if (!statSync(path).isDirectory()) return "file";
  if (!existsSync(join(path, "manifest.json")))
    throw new ImportError("not-a-bundle", `the directory ${path} is not a recording of stallscope: it has no manifest.json`);
  return "bundle";
}

/** Nothing to explain is an answer too, with what the file holds so that the user can point at the request. */
function printSummary(summary: TraceSummary, context: CliContext): ExitCode {
  context.progress.clear();
  if (context.json) context.out(traceSummaryJson(summary));
  else if (context.quiet) context.out(`${say(context.lang, "summary.no-request")}\n`);
  else context.out(renderTraceSummary(summary, context));
  return EXIT.inconclusive;
}
