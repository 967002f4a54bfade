/** How do a capture, its requests and the explanation come together? The one file that knows the tool's inside. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBundle } from "../../src/bundle/index.ts";
import { runCapture } from "../../src/capture/index.ts";
import { captureNeeds, explain } from "../../src/diagnosis/index.ts";
import { importTraceDat } from "../../src/import/index.ts";
import { resolveTargets } from "../../src/linux/index.ts";
import { runTrigger } from "../../src/trigger/index.ts";
import type { Diagnose } from "./run-archetype.ts";

const VERSION = "archetype";

export const diagnoseLive: Diagnose = async (job) => {
  const folder = mkdtempSync(join(tmpdir(), "stallscope-archetype-run-"));
  try {
    const targets = resolveTargets({ pids: [job.pid] });
    const captured = await runCapture({ targets, needs: captureNeeds(), output: join(folder, "bundle"), toolVersion: VERSION }, async (armed) => {
      const requests = await runTrigger(job.trigger, {
        count: job.count, warmup: job.warmup, intervalMs: 150, timeoutMs: 20_000, markerPath: armed.markerPath,
        beforeRequest: job.beforeRequest, afterRequest: job.afterRequest,
        onClient: (client) => armed.follow([client.tid]),
      });
      return { requests, value: undefined };
    });
    const bundle = openBundle(captured.directory);
    return explain({
      trace: importTraceDat(bundle.tracePath, { threads: bundle.manifest.threads }),
      requests: bundle.requests, samples: bundle.samples, manifest: bundle.manifest, toolVersion: VERSION,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
