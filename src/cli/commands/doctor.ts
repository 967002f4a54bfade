/** stallscope doctor: what can this machine show, and what stands in the way? */
import type { Command } from "commander";
import type { RunHandler } from "../handlers.ts";
import { examples } from "../help-examples.ts";

export function defineDoctor(program: Command, run: RunHandler): void {
  program
    .command("doctor")
    .description("say what this machine can show and what stands in the way")
    .option("--mount", "mount tracefs when it is not mounted")
    .addHelpText("after", examples("sudo stallscope doctor", "sudo stallscope doctor --mount", "sudo stallscope doctor --json"))
    .action((values: { readonly mount?: boolean }) => run("doctor", { mount: values.mount === true }));
}
