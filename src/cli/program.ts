/** Which commands and options are there? The tree that help, parsing and tests share. */
import { Command, Option } from "commander";
import { EXIT } from "../base/index.ts";
import { defineAnalyze } from "./commands/analyze.ts";
import { defineCapture } from "./commands/capture.ts";
import { defineCauses } from "./commands/causes.ts";
import { defineCompare } from "./commands/compare.ts";
import { defineDemo } from "./commands/demo.ts";
import { defineDiagnose } from "./commands/diagnose.ts";
import { defineDoctor } from "./commands/doctor.ts";
import { defineExport } from "./commands/export.ts";
import { defineJanitor } from "./commands/janitor.ts";
import { defineReport } from "./commands/report.ts";
import type { CliIo } from "./context.ts";
import type { RunHandler } from "./handlers.ts";

const EXIT_MEANINGS: readonly (readonly [code: number | string, meaning: string])[] = [
  [EXIT.ok, "fine"],
  [EXIT.gate, "a finding above --fail-on, or a regression"],
  [EXIT.usage, "wrong usage"],
  [EXIT.environment, "environment: not root, no tracefs, target not found, every request failed"],
  [EXIT.input, "a file that cannot be read as a recording"],
  [EXIT.inconclusive, "inconclusive: the recording cannot tell"],
  [EXIT.bug, "a bug in stallscope"],
  [`${EXIT.sigint}, ${EXIT.sigterm}`, "interrupted (SIGINT, SIGTERM)"],
];

export const EXIT_CODE_TABLE = ["Exit codes:", ...EXIT_MEANINGS.map(([code, meaning]) => `  ${String(code).padEnd(8)}  ${meaning}`)].join("\n");

/** Throws CommanderError for help, version and usage errors: the caller decides the exit code. */
export function buildProgram(io: CliIo, version: string, run: RunHandler): Command {
  const program = new Command("stallscope")
    .description("Says why one request to a local AI service was late, from the Linux kernel's own ftrace.")
    .version(version, "-V, --version", "print the version")
    .addOption(new Option("--lang <lang>", "language of the report; default from LC_ALL, LC_MESSAGES, LANG").choices(["en", "zh"]))
    .option("--json", "print the result as JSON, always in English")
    .option("--no-color", "no colour (also: NO_COLOR)")
    .option("-q, --quiet", "only the sentence")
    .option("--tracefs <dir>", "where tracefs is mounted")
    .configureHelp({ showGlobalOptions: true, helpWidth: io.stdout.columns ?? 100 })
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      outputError: (text, write) => write(`stallscope: ${text.replace(/^error: /, "")}`),
    })
    .exitOverride();
  defineDemo(program, run);
  defineDoctor(program, run);
  defineDiagnose(program, run);
  defineCapture(program, run);
  defineAnalyze(program, run);
  defineReport(program, run);
  defineCompare(program, run);
  defineExport(program, run);
  defineCauses(program, run);
  defineJanitor(program, run);
  for (const command of program.commands) command.showHelpAfterError(`  hint: stallscope ${command.name()} --help`);
  return program.showHelpAfterError("  hint: stallscope --help").addHelpText(
    "after",
    `
Examples:
  sudo stallscope demo                                          see it work, on a service of its own
  sudo stallscope doctor                                        what this machine can and cannot show
  sudo stallscope diagnose --url http://127.0.0.1:7860/api      why is this request late?
  stallscope analyze trace.dat --begin 'start (\\d+)' --end 'done (\\d+)'
  stallscope report ./stallscope-20261124-101500 -o report.html the verdict to look at and to send on
  stallscope export trace.dat --to trace-text -o trace.txt      for Perfetto and Trace Compass
  stallscope compare before.json after.json                     is it slower than it was, and where?
  stallscope causes                                             what it can find

${EXIT_CODE_TABLE}`,
  );
}
