/** stallscope export: a recording for other tools. Needs no root. */
import { Option, type Command } from "commander";
import type { ExportForm, RunHandler } from "../handlers.ts";
import { examples } from "../help-examples.ts";

/** The type makes it complete. */
const FORMS: Readonly<Record<ExportForm, true>> = { "trace-text": true, ndjson: true, "trace.dat": true };

export function defineExport(program: Command, run: RunHandler): void {
  program
    .command("export")
    .description("write a recording for other tools: the kernel's text, JSON lines, or a trace.dat of version 6")
    .argument("<file>", "directory, recording, or - for stdin")
    .addOption(
      new Option("--to <form>", "trace-text: Perfetto, Trace Compass; ndjson: one JSON object per record; trace.dat: trace-cmd, KernelShark")
        .choices(Object.keys(FORMS))
        .makeOptionMandatory(),
    )
    .option("-o, --output <file>", "new file; default: stdout")
    .addHelpText(
      "after",
      examples(
        "stallscope export ./stallscope-20261124-101500 --to trace-text -o trace.txt      (open it at ui.perfetto.dev)",
        'stallscope export trace.dat --to ndjson | grep \'"event":"sched_switch"\'',
        "stallscope export compressed.dat --to trace.dat -o plain.dat",
      ),
    )
    .action((path: string, { to, output }: { readonly to: ExportForm; readonly output?: string }) =>
      run("export", { path, to, ...(output === undefined ? {} : { output }) }),
    );
}
