/** stallscope export: a recording for other tools. Needs no root. */
import { Option, type Command } from "commander";
import { EXIT, UserError } from "../../base/index.ts";
import type { ExportForm, ExportRequest, RunHandler } from "../handlers.ts";
import { examples } from "../help-examples.ts";
import { readQuery } from "../query-options.ts";

/** The type makes it complete. */
const FORMS: Readonly<Record<ExportForm, true>> = {
  "trace-text": true,
  ndjson: true,
  "trace.dat": true,
  perfetto: true,
  chrome: true,
  speedscope: true,
  folded: true,
};

interface Values {
  readonly to: ExportForm;
  readonly output?: string;
  readonly allRequests?: true;
  readonly begin?: string;
  readonly end?: string;
}

const EXPLAINED: ReadonlySet<ExportForm> = new Set(["perfetto", "chrome", "speedscope", "folded"]);

export function defineExport(program: Command, run: RunHandler): void {
  program
    .command("export")
    .description("write a recording for other tools: its records as they are, or with the path of each request explained")
    .argument("<file>", "directory, recording, or - for stdin")
    .addOption(
      new Option(
        "--to <form>",
        "records: trace-text (Trace Compass), ndjson, trace.dat (trace-cmd, KernelShark); explained: perfetto, chrome (trace events), speedscope, folded (flame graphs)",
      )
        .choices(Object.keys(FORMS))
        .makeOptionMandatory(),
    )
    .option("-o, --output <file>", "new file; default: stdout")
    .option("--all-requests", "folded: every request, each below a frame of its own; default: the verdict's request")
    .optionsGroup("Where the request is (explained forms; default: the recording's own requests or stallscope's markers):")
    .option("--begin <regex>", "marker text that begins a request; the first ( ) group pairs begin and end")
    .option("--end <regex>", "marker text that ends a request")
    .addHelpText(
      "after",
      examples(
        "stallscope export ./stallscope-20261124-101500 --to perfetto -o trace.pftrace     (open it at ui.perfetto.dev)",
        "stallscope export ./stallscope-20261124-101500 --to folded | flamegraph.pl --countname ns > path.svg",
        'stallscope export trace.dat --to ndjson | grep \'"event":"sched_switch"\'',
        "stallscope export compressed.dat --to trace.dat -o plain.dat",
      ),
    )
    .action((path: string, values: Values) => run("export", readExport(path, values)));
}

function readExport(path: string, { to, output, allRequests, begin, end }: Values): ExportRequest {
  if (allRequests !== undefined && to !== "folded")
    throw new UserError("export-requests", "--all-requests goes with --to folded", { exitCode: EXIT.usage, hint: "the other forms have all requests anyway" });
  const query = readQuery({ ...(begin === undefined ? {} : { begin }), ...(end === undefined ? {} : { end }) });
  if (query !== undefined && !EXPLAINED.has(to))
    throw new UserError("export-requests", `--begin and --end do not go with --to ${to}`, {
      exitCode: EXIT.usage,
      hint: "it has all records, whatever request they are of",
    });
  return {
    path,
    to,
    ...(output === undefined ? {} : { output }),
    ...(allRequests === undefined ? {} : { allRequests }),
    ...(query === undefined ? {} : { query }),
  };
}
