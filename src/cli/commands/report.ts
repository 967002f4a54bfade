/** stallscope report: a verdict to look at and to send on. Needs no root. */
import { Option, type Command } from "commander";
import type { ReportFormat, ReportRequest, RunHandler } from "../handlers.ts";
import { examples } from "../help-examples.ts";
import { readQuery, withQueryOptions, type QueryValues } from "../query-options.ts";

/** The type makes it complete. */
const FORMATS: Readonly<Record<ReportFormat, true>> = { html: true, md: true, text: true, json: true };

interface Values extends QueryValues {
  readonly output?: string;
  readonly format?: ReportFormat;
}

export function defineReport(program: Command, run: RunHandler): void {
  const command = program
    .command("report")
    .description("write a report of a result or a recording: one HTML file that opens anywhere, or Markdown for an issue tracker")
    .argument("<file>", "result as JSON, directory, trace.dat, trace as text, or - for a recording on stdin")
    .option("-o, --output <file>", "new file; default: stdout")
    .addOption(new Option("--format <format>", "default: by the name of --output (.html, .md, .txt, .json), else html").choices(Object.keys(FORMATS)));
  withQueryOptions(command)
    .addHelpText(
      "after",
      examples(
        "stallscope report ./stallscope-20261124-101500 -o report.html",
        "stallscope report result.json --format md",
        "stallscope report trace.dat --begin 'start (\\d+)' --end 'done (\\d+)' -o report.html",
      ),
    )
    .action((path: string, values: Values) => run("report", readReport(path, values)));
}

const BY_ENDING: Readonly<Record<string, ReportFormat>> = { html: "html", htm: "html", md: "md", markdown: "md", txt: "text", json: "json" };

function readReport(path: string, { output, format, ...rest }: Values): ReportRequest {
  const query = readQuery(rest);
  const ending = output === undefined ? "" : (output.split(".").at(-1) ?? "").toLowerCase();
  return {
    path,
    format: format ?? BY_ENDING[ending] ?? "html",
    ...(output === undefined ? {} : { output }),
    ...(query === undefined ? {} : { query }),
  };
}
