/** stallscope demo: a service of its own, a disturbance of its own, and a check of the verdict against what was really done. */
import type { Command } from "commander";
import type { RunHandler } from "../handlers.ts";
import { examples } from "../help-examples.ts";
import { wholeNumber } from "../option-values.ts";

export function defineDemo(program: Command, run: RunHandler): void {
  program.command("demo")
    .description("start a small speech service, disturb one of its requests, and explain it")
    .option("--scenario <name>", "which disturbance", "rival")
    .option("--requests <count>", "requests to fire", wholeNumber(3, 100), 5)
    .addHelpText("after", examples("sudo stallscope demo", "sudo stallscope demo --scenario rival --requests 7", "stallscope demo --lang zh      (without root: replays a recording)"))
    .action((values: { readonly scenario: string; readonly requests: number }) => run("demo", values));
}
