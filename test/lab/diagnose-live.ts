/** How does a run go through the tool? The same pipeline as `stallscope diagnose`; the one file here that knows the tool's inside. */
import { createCliContext } from "../../src/cli/context.ts";
import { explainBundle, fireInside, record, withTemporaryBundle } from "../../src/cli/pipeline.ts";
import { resolveTargets, type TracerName } from "../../src/linux/index.ts";
import type { RunResult } from "../../src/result/index.ts";
import type { TriggerConfig, TriggerRun } from "../../src/trigger/index.ts";

export const INTERVAL_MS = 150;
export const TIMEOUT_MS = 20_000;

export interface DiagnoseJob extends Required<Pick<TriggerRun, "count" | "warmup" | "beforeRequest" | "afterRequest">> {
  /** what `diagnose --pid` gets: every process of the service, and what stands before it */
  readonly pids: readonly number[];
  readonly trigger: TriggerConfig;
}

/** Fires the requests under capture and explains them. */
export type Diagnose = (job: DiagnoseJob) => Promise<RunResult>;

export interface LiveOptions {
  /** a directory that must not exist yet: the bundle goes there and stays */
  readonly keep?: string | undefined;
  /** the kernel's own tracers, beside the events */
  readonly tracers?: readonly TracerName[];
  /** no more requests are fired */
  readonly signal?: AbortSignal;
}

export function liveDiagnosis({ keep, tracers = [], signal = new AbortController().signal }: LiveOptions = {}): Diagnose {
  return ({ pids, ...job }) => {
    const context = createCliContext({ quiet: true }, { stdout: process.stdout, stderr: process.stderr, env: process.env }, "lab");
    const run = (output: string): Promise<RunResult> =>
      record(
        { context, targets: resolveTargets({ pids }), output, tracers },
        (armed) => fireInside(armed, { ...job, intervalMs: INTERVAL_MS, timeoutMs: TIMEOUT_MS, signal }, context),
        ({ directory }) => explainBundle(directory, context),
      );
    return keep === undefined ? withTemporaryBundle(run) : run(keep);
  };
}
