/** How does a run go through the tool? The same pipeline as `stallscope diagnose`; the one file here that knows the tool's inside. */
import { createCliContext } from "../../src/cli/context.ts";
import { explainBundle, fireInside, record, withTemporaryBundle } from "../../src/cli/pipeline.ts";
import { resolveTargets } from "../../src/linux/index.ts";
import type { RunResult } from "../../src/result/index.ts";
import type { Diagnose } from "./run-archetype.ts";

const INTERVAL_MS = 150;
const TIMEOUT_MS = 20_000;

/** `keep` is a directory that must not exist yet: the bundle goes there and stays. */
export function liveDiagnosis(keep?: string): Diagnose {
  return (job) => {
    const context = createCliContext({ quiet: true }, { stdout: process.stdout, stderr: process.stderr, env: process.env }, "archetype");
    const run = async (output: string): Promise<RunResult> => {
      const recording = await record({ context, targets: resolveTargets({ pids: [job.pid] }), output }, (armed) =>
        fireInside(armed, { ...job, intervalMs: INTERVAL_MS, timeoutMs: TIMEOUT_MS, signal: new AbortController().signal }, context),
      );
      return explainBundle(recording.directory, context);
    };
    return keep === undefined ? withTemporaryBundle(run) : run(keep);
  };
}
