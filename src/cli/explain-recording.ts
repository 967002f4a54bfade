/** From a path to an explanation, whatever the path is: a directory of ours, or a trace of anybody's. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { ImportError } from "../base/index.ts";
import { openBundle, type Bundle, type RequestRecord } from "../bundle/index.ts";
import { explain, findRequests, type ExplainInput } from "../diagnosis/index.ts";
import { openRecording, readTracerTexts } from "../import/index.ts";
import { buildTimeline } from "../timeline/index.ts";
import type { Trace } from "../trace/index.ts";
import type { CliContext } from "./context.ts";
import type { AnalyzeRequest } from "./handlers.ts";
import { say } from "./messages.ts";
import { examineBundle, readCalls, spansOf, type Explanation } from "./pipeline.ts";
import { summarizeTrace, type TraceSummary } from "./trace-summary.ts";

/** Nothing to explain is an answer too, with what the file holds so that the user can point at the request. */
export type Explained = ({ readonly kind: "result" } & Explanation) | { readonly kind: "no-request"; readonly summary: TraceSummary; readonly trace: Trace };

/** Without a query: the requests of the bundle, or our own markers. `path` "-" is the standard input. */
export function explainRecording({ path, query }: Pick<AnalyzeRequest, "path" | "query">, context: CliContext): Explained {
  const kind = kindOf(path);
  if (kind === "bundle" && query === undefined && openBundle(path).requests.length > 0) return { kind: "result", ...examineBundle(path, context) };
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
    if (requests.length === 0) return { kind: "no-request", summary: summarizeTrace(trace, recording.latency?.()), trace };
    context.progress.say(say(context.lang, "progress.explain"));
    const known = bundle === undefined ? {} : knownOf(bundle);
    const timeline = buildTimeline(trace);
    const result = explain({ trace, timeline, requests, toolVersion: context.version, ...known });
    return { kind: "result", result, timeline, ...(bundle === undefined ? {} : { samples: bundle.samples }) };
  } finally {
    close();
  }
}

/** What a bundle knows of requests that were not fired for it: tracers ran with other ones, so what they saw is placed by its time. */
function knownOf(bundle: Bundle): Pick<ExplainInput, "samples" | "manifest" | "traced" | "calls"> {
  const { samples, tracers, manifest: whole } = bundle;
  const { tracers: _ofOthers, ...manifest } = whole;
  return {
    samples,
    manifest,
    calls: readCalls(bundle).calls,
    traced: readTracerTexts(tracers).sections.map((section) => ({ ...section, request: undefined })),
  };
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
