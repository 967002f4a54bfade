/** What goes into the machine? The guest program with the tool's own workers, bundled, beside the Python programs and the plan. */
import { build } from "esbuild";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GuestPlan } from "./types.ts";

/** The workers are found by their names in dist/ beside a package.json: src/linux/entry-point.ts. */
const ENTRIES = {
  guest: "test/lab/vm/guest/main.ts",
  "capture-child": "test/support/capture-child.ts",
  "drain-worker": "src/capture/drain-worker.ts",
  "trigger-worker": "src/trigger/trigger-worker.ts",
};

const PROGRAMS = ["service.py", "hog.py", "init.sh"];

/** Once for all machines: every run is of the same program, whatever is edited meanwhile. */
export async function buildStage(root: string, stage: string, module: string): Promise<void> {
  mkdirSync(stage, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: ENTRIES,
    outdir: join(stage, "dist"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    outExtension: { ".js": ".mjs" },
    logLevel: "warning",
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  });
  for (const program of PROGRAMS) copyFileSync(join(root, "test/lab/vm", program), join(stage, program));
  copyFileSync(module, join(stage, "preemptirq_delay_test.ko"));
  writeFileSync(join(stage, "package.json"), JSON.stringify({ type: "module" }));
}

export const writePlan = (stage: string, plan: GuestPlan): void => writeFileSync(join(stage, "plan.json"), JSON.stringify(plan));
