/**
 * The scoreboard of the archetype.
 * usage: node scripts/run-ts.js test/archetype/main.ts [--version 5.45.0] [--case NAME]... [--runs N] [--cpu N] [--keep DIR] [--measure]
 * A run that others disturbed is void and not counted.
 * --keep DIR keeps every bundle there, with truth, score and result beside it.
 * --measure fires the requests without any capture and prints what each disturbance costs: the harness on its own.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runTrigger } from "../../src/trigger/index.ts";
import { CASE_NAMES } from "./cases.ts";
import { liveDiagnosis } from "./diagnose-live.ts";
import { archetypeEnvironment, GRADIO_VERSIONS } from "./environment.ts";
import { CannotInject } from "./injection.ts";
import { measureCase } from "./measure-case.ts";
import { projectRoot, startPage } from "./page.ts";
import { isQuiet, runCase } from "./run-archetype.ts";
import { isRight, scoreboard, type Score } from "./score.ts";

const { values } = parseArgs({
  options: {
    version: { type: "string", default: GRADIO_VERSIONS[0] ?? "" },
    case: { type: "string", multiple: true, default: [...CASE_NAMES] },
    runs: { type: "string", default: "1" },
    cpu: { type: "string", default: String(availableParallelism() - 1) },
    keep: { type: "string" },
    measure: { type: "boolean", default: false },
  },
});

const environment = archetypeEnvironment(values.version);
if (environment.kind === "missing") {
  process.stderr.write(`${environment.why}\n`);
  process.exit(3);
}

if (values.keep !== undefined) mkdirSync(values.keep, { recursive: true });
const page = await startPage({ python: environment.python, root: projectRoot(), cpu: Number(values.cpu) });
process.stderr.write(`gradio ${values.version}: pid ${page.pid}, event loop ${page.loopTid}, CPU ${values.cpu}\n`);
const scores: Score[] = [];
try {
  for (const name of values.case) {
    for (let run = 0; run < Number(values.runs); run++) {
      try {
        if (values.measure) {
          process.stdout.write(`${await measureCase(page, name, runTrigger)}\n`);
          continue;
        }
        const folder = values.keep === undefined ? undefined : join(values.keep, `${values.version}-${name}-${run}`);
        const outcome = await runCase(page, name, liveDiagnosis(folder));
        const { score, result, truth, others } = outcome;
        const isVoid = !isQuiet(outcome);
        if (!isVoid) scores.push(score);
        const mark = isVoid ? "void " : isRight(score) ? "right" : "WRONG";
        process.stderr.write(`${mark} ${name}: ${[score.text, ...score.brokenLaws].join("; ")}; others used ${others.toFixed(2)} CPUs\n`);
        if (folder !== undefined) writeFileSync(join(folder, "archetype.json"), JSON.stringify({ truth, score, result }, undefined, 1));
      } catch (error) {
        if (!(error instanceof CannotInject)) throw error;
        process.stderr.write(`skipped ${name}: ${error.message}\n`);
      }
    }
  }
} finally {
  await page.stop();
}
if (scores.length > 0) process.stdout.write(`${scoreboard(scores)}\n${scores.filter(isRight).length} of ${scores.length} runs right in every respect\n`);
