/**
 * How often is the verdict right? Disturbances with known ground truth against the demo service, live, and clean runs
 * that must accuse nobody. usage: npm run lab -- [--runs N] [--scenario NAME]...   (needs root and tracefs)
 */
import { parseArgs } from "node:util";
import { SCENARIO_IDS, isScenarioId, missingNeeds } from "../demo/index.ts";
import { locateTracefs } from "../linux/index.ts";
import { runClean, runScenario } from "./run-once.ts";
import { scoreboard, type Outcome } from "./scoreboard.ts";

const { values } = parseArgs({
  options: { runs: { type: "string", default: "3" }, scenario: { type: "string", multiple: true, default: ["clean", ...SCENARIO_IDS] } },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new RangeError(`--runs ${values.runs}: a whole number is wanted`);
locateTracefs();

const outcomes: Outcome[] = [];
for (const name of values.scenario) {
  if (name !== "clean" && !isScenarioId(name)) throw new RangeError(`--scenario ${name}: known are clean, ${SCENARIO_IDS.join(", ")}`);
  const missing = name === "clean" ? [] : missingNeeds(name);
  if (missing.length > 0) {
    process.stderr.write(`skipped ${name}: ${missing.join("; ")}\n`);
    continue;
  }
  for (let run = 0; run < runs; run++) {
    const outcome = name === "clean" ? await runClean() : await runScenario(name);
    outcomes.push(outcome);
    process.stderr.write(`${outcome.isRight ? "right" : "WRONG"} ${name} ${run + 1}/${runs}: ${outcome.text}\n`);
  }
}
process.stdout.write(`${scoreboard(outcomes)}\n`);
process.exitCode = outcomes.every((outcome) => outcome.isRight && outcome.brokenLaws === 0) ? 0 : 1;
