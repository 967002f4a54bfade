/** stallscope janitor: remove what a killed run left behind. */
import type { Command } from "commander";
import type { RunHandler } from "../handlers.ts";
import { examples } from "../help-examples.ts";

export function defineJanitor(program: Command, run: RunHandler): void {
  program
    .command("janitor")
    .description("remove the trace instances that killed runs left behind")
    .addHelpText("after", examples("sudo stallscope janitor", "sudo stallscope janitor --json", "sudo stallscope janitor --quiet"))
    .action(() => run("janitor", {}));
}
