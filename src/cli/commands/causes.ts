/** stallscope causes: what can it find, and how? */
import type { Command } from "commander";
import type { RunHandler } from "../handlers.ts";
import { examples } from "../help-examples.ts";

export function defineCauses(program: Command, run: RunHandler): void {
  program
    .command("causes")
    .description("list the causes it can name and what each needs")
    .option("--explain <id>", "one cause: how it is recognised, what it is not, what it needs")
    .addHelpText("after", examples("stallscope causes", "stallscope causes --explain cpu-rival", "stallscope causes --json"))
    .action((values: { readonly explain?: string }) => run("causes", values.explain === undefined ? {} : { explain: values.explain }));
}
