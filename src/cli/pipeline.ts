/** How does a request become an explanation? Look at the machine, find the service, record while requests are fired, explain. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT, timeNs, UserError } from "../base/index.ts";
import { openBundle, type Bundle, type Manifest, type ProcessIdentity, type RequestRecord, type Samples } from "../bundle/index.ts";
import { runCapture, type ArmedCapture } from "../capture/index.ts";
import { captureNeeds, explain } from "../diagnosis/index.ts";
import { importTrace, readFunctionCalls, readTracerTexts } from "../import/index.ts";
import { CALL_PROBES, isFunctionTracer, locateTracefs, type TracerName } from "../linux/index.ts";
import type { RunResult } from "../result/index.ts";
import { buildTimeline, type Timeline } from "../timeline/index.ts";
import { runTrigger, type TriggerConfig, type TriggerRun } from "../trigger/index.ts";
import type { FunctionCalls, TimeSpan, Trace } from "../trace/index.ts";
import type { CliContext } from "./context.ts";
import { say } from "./messages.ts";

export interface RecordOptions {
  readonly context: CliContext;
  readonly targets: readonly ProcessIdentity[];
  /** directory of the recording; default ./stallscope-ID */
  readonly output?: string;
  readonly bufferKb?: number;
  readonly tracers?: readonly TracerName[];
  readonly functions?: readonly string[];
}

export interface FiringOptions extends Pick<TriggerRun, "count" | "warmup" | "intervalMs" | "timeoutMs" | "beforeRequest" | "afterRequest"> {
  readonly trigger: TriggerConfig;
  readonly signal: AbortSignal;
}

export interface Recording {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly requests: readonly RequestRecord[];
}

/**
 * Arms a capture, runs `during` in it, and does with the recording what `use` does while the kernel still removes our instances;
 * none of them is left when this resolves, or a warning names it. UserError (environment) when this machine cannot be traced.
 */
export async function record<T>(
  options: RecordOptions,
  during: (armed: ArmedCapture) => Promise<RequestRecord[]>,
  use: (recording: Recording) => T | Promise<T>,
): Promise<T> {
  const { context, targets, output, bufferKb, tracers, functions } = options;
  context.progress.say(say(context.lang, "progress.arm"));
  const root = locateTracefs(context.tracefs === undefined ? {} : { root: context.tracefs }).root;
  const { directory, manifest, value, removed } = await runCapture(
    {
      root,
      targets,
      needs: captureNeeds(),
      toolVersion: context.version,
      ...(output === undefined ? {} : { output }),
      ...(bufferKb === undefined ? {} : { bufferKb }),
      ...(tracers === undefined ? {} : { tracers }),
      ...(functions === undefined ? {} : { functions }),
    },
    async (armed) => {
      const requests = await during(armed);
      return { requests, value: requests };
    },
  );
  try {
    return await use({ directory, manifest, requests: value });
  } finally {
    for (const failure of await removed) context.warn(failure);
  }
}

/** Fires requests inside a capture, with counters read around each. */
export async function fireInside(armed: ArmedCapture, firing: FiringOptions, { progress, lang }: CliContext): Promise<RequestRecord[]> {
  const { trigger, beforeRequest, afterRequest, ...run } = firing;
  // a recording that stopped by itself makes further requests pointless
  const stopped = new AbortController();
  void armed.stopped.then(() => stopped.abort());
  if (run.warmup > 0) progress.say(say(lang, "progress.warmup"));
  return runTrigger(trigger, {
    ...run,
    signal: AbortSignal.any([firing.signal, stopped.signal]),
    markerPath: armed.markerPath,
    onClient: ({ tid }) => armed.follow([tid]),
    beforeRequest: async (index) => {
      progress.say(say(lang, "progress.request", { index: index + 1, count: run.count }));
      await beforeRequest?.(index);
      armed.sample();
      armed.tracers.begin(index);
    },
    afterRequest: async (finished, index) => {
      // what the service does after its answer is no part of the request: first what would see that, then the caller's clocks
      armed.tracers.end(finished.id);
      await afterRequest?.(finished, index);
      armed.sample();
    },
  });
}

/** What there is to show of a recording once it is explained. */
export interface Explanation {
  readonly result: RunResult;
  readonly timeline: Timeline;
  /** absent for recordings made by other tools */
  readonly samples?: Samples;
}

/** Reads a bundle and explains its requests. Problems of the bundle become warnings and stay in the result. */
export function examineBundle(directory: string, context: CliContext): Explanation {
  const { progress, lang } = context;
  progress.say(say(lang, "progress.read"));
  const bundle = openBundle(directory);
  for (const problem of bundle.problems) context.warn(say(lang, "bundle.problem", { problem }));
  const trace = importTrace(bundle.tracePath, { threads: bundle.manifest.threads, focus: (survey) => spansOf(survey, bundle.requests) });
  progress.say(say(lang, "progress.explain"));
  const { requests, samples, manifest } = bundle;
  const { sections: traced, problems } = readTracerTexts(bundle.tracers);
  const watched = readCalls(bundle);
  const timeline = buildTimeline(trace);
  const result = explain({ trace, timeline, requests, samples, manifest, traced, calls: watched.calls, toolVersion: context.version });
  const capture = { ...result.capture, problems: [...bundle.problems, ...problems, ...watched.problems, ...result.capture.problems] };
  return { result: { ...result, capture }, timeline, samples };
}

export const explainBundle = (directory: string, context: CliContext): RunResult => examineBundle(directory, context).result;

/** What function tracers or probes saw: nothing is read where none ran. */
export const readCalls = ({ tracePath, manifest: { tracers } }: Bundle): FunctionCalls =>
  tracers?.ran.some(({ tracer }) => isFunctionTracer(tracer) || tracer === CALL_PROBES) === true ? readFunctionCalls(tracePath) : { calls: [], problems: [] };

/** When the requests were, in a trace's own time. */
export function spansOf(trace: Trace, requests: readonly RequestRecord[]): TimeSpan[] {
  const at = (stamp: string): TimeSpan["from"] => timeNs(Number(BigInt(stamp) - trace.clock.base));
  return requests.map(({ begin, end }) => ({ from: at(begin), to: at(end) }));
}

/** UserError `requests-failed` (environment) when there is not one request to explain. */
export function assertSomeSucceeded(requests: readonly RequestRecord[], isInterrupted: boolean): void {
  if (requests.some(({ status }) => status === "ok")) return;
  const error = requests[0]?.error?.replace(/\.$/, "");
  if (isInterrupted || error === undefined) throw new UserError("no-requests", "stopped before any request was finished", { exitCode: EXIT.environment });
  throw new UserError(
    "requests-failed",
    requests.length === 1 ? `the request failed: ${error}` : `all ${requests.length} requests failed, the first because: ${error}`,
    {
      exitCode: EXIT.environment,
      hint: "the service was traced and left as it was; try the same request without stallscope",
    },
  );
}

/** Runs `work` with a directory name for a bundle that is deleted afterwards, whatever happens. */
export async function withTemporaryBundle<T>(work: (output: string) => Promise<T>): Promise<T> {
  const parent = mkdtempSync(join(tmpdir(), "stallscope-"));
  const remove = (): void => rmSync(parent, { recursive: true, force: true });
  // the second Ctrl-C ends the process without returning here
  process.on("exit", remove);
  try {
    return await work(join(parent, "bundle"));
  } finally {
    process.off("exit", remove);
    remove();
  }
}
