/** stallscope analyze: explain a recording, our own or anybody's. Needs no root. */
import type { Command } from "commander";
import { addFormatOption, readFormat, type FormatValues } from "../format-option.ts";
import type { AnalyzeRequest, RunHandler } from "../handlers.ts";
import { examples } from "../help-examples.ts";
import { share } from "../option-values.ts";
import { readQuery, withQueryOptions, type QueryValues } from "../query-options.ts";

interface Values extends QueryValues, FormatValues {
  readonly failOn?: number;
}

export function defineAnalyze(program: Command, run: RunHandler): void {
  const command = program
    .command("analyze")
    .description("explain a recording: a directory of stallscope, a trace.dat of trace-cmd, or a trace as text")
    .argument("<file>", "directory, trace.dat, text of ftrace, trace-cmd or perf, or - for stdin");
  addFormatOption(
    withQueryOptions(command).option("--fail-on <share>", "exit with 1 when the cause took this share of the slowest request or more, e.g. 20%", share),
  )
    .addHelpText(
      "after",
      examples(
        "stallscope analyze ./stallscope-20261124-101500",
        "stallscope analyze ./stallscope-20261124-101500 --format md      (for an issue tracker)",
        "stallscope analyze trace.dat --begin 'request begin id=(\\d+)' --end 'request end id=(\\d+)'",
        "stallscope analyze trace.dat --thread 4711 --from 4512.123456 --to 4513.326789",
        "perf script --ns | stallscope analyze - --thread 4711 --from 4512.1 --to 4513.3",
      ),
    )
    .action((path: string, _own: unknown, called: Command) => run("analyze", readAnalyze(path, called.optsWithGlobals<Values>())));
}

function readAnalyze(path: string, { failOn, ...rest }: Values): AnalyzeRequest {
  const query = readQuery(rest);
  return { path, ...(failOn === undefined ? {} : { failOn }), ...(query === undefined ? {} : { query }), ...readFormat(rest) };
}
