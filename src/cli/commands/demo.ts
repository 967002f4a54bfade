/** stallscope demo: a service of its own, a disturbance of its own, and a check of the verdict against what was really done. */
import { Option, type Command } from "commander";
import type { ScenarioId } from "../../demo/index.ts";
import type { RunHandler } from "../handlers.ts";
import { examples } from "../help-examples.ts";
import { wholeNumber } from "../option-values.ts";

/** Spelt out so that --help need not load the demo; the type makes it complete. */
const SCENARIO_NAMES: Readonly<Record<ScenarioId, true>> = { rival: true, quota: true, lock: true, cold: true, fifo: true, stop: true, log: true };

export function defineDemo(program: Command, run: RunHandler): void {
  program
    .command("demo")
    .description("start a small speech service, disturb one of its requests, and explain it")
    .addOption(new Option("--scenario <name>", "which disturbance").choices(Object.keys(SCENARIO_NAMES)).default("rival"))
    .option("--requests <count>", "requests to fire; the middle one is disturbed", wholeNumber(3, 100), 5)
    .option("--output <dir>", "keep the recording in this new directory")
    .addHelpText(
      "after",
      examples(
        "sudo stallscope demo",
        "sudo stallscope demo --scenario quota --requests 7",
        "stallscope demo --lang zh      (without root: replays a recording)",
      ),
    )
    .action((values: { readonly scenario: ScenarioId; readonly requests: number; readonly output?: string }) => run("demo", values));
}
