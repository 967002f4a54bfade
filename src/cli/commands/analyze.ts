/** stallscope analyze: explain a recording, our own or anybody's. Needs no root. */
import type { Command } from "commander";
import { EXIT, UserError } from "../../base/index.ts";
import type { AnalyzeRequest, RunHandler } from "../handlers.ts";
import { examples } from "../help-examples.ts";
import { share, traceTime, wholeNumber } from "../option-values.ts";

interface Values {
  readonly begin?: string;
  readonly end?: string;
  readonly thread?: number;
  readonly from?: bigint;
  readonly to?: bigint;
  readonly failOn?: number;
}

export function defineAnalyze(program: Command, run: RunHandler): void {
  program
    .command("analyze")
    .description("explain a recording: a directory of stallscope, a trace.dat of trace-cmd, or a trace as text")
    .argument("<file>", "directory, trace.dat, text of ftrace, trace-cmd or perf, or - for stdin")
    .optionsGroup("Where the request is (default: the recording's own requests or stallscope's markers):")
    .option("--begin <regex>", "marker text that begins a request; the first ( ) group pairs begin and end")
    .option("--end <regex>", "marker text that ends a request")
    .option("--thread <tid>", "the thread that waited for the request", wholeNumber(1, 2 ** 22))
    .option("--from <time>", "begin: seconds as in trace-cmd report, or ns", traceTime)
    .option("--to <time>", "end: seconds as in trace-cmd report, or ns", traceTime)
    .option("--fail-on <share>", "exit with 1 when the cause took this share of the slowest request or more, e.g. 20%", share)
    .addHelpText(
      "after",
      examples(
        "stallscope analyze ./stallscope-20261124-101500",
        "stallscope analyze trace.dat --begin 'request begin id=(\\d+)' --end 'request end id=(\\d+)'",
        "stallscope analyze trace.dat --thread 4711 --from 4512.123456 --to 4513.326789",
        "perf script --ns | stallscope analyze - --thread 4711 --from 4512.1 --to 4513.3",
      ),
    )
    .action((path: string, values: Values) => run("analyze", readAnalyze(path, values)));
}

function readAnalyze(path: string, values: Values): AnalyzeRequest {
  const { begin, end, thread, from, to, failOn } = values;
  const base = { path, ...(failOn === undefined ? {} : { failOn }) };
  if (thread === undefined && from === undefined && to === undefined) {
    if (begin === undefined && end === undefined) return base;
    if (begin === undefined || end === undefined) throw usage("--begin and --end go together", "give both patterns");
    return { ...base, query: { kind: "markers", begin, end } };
  }
  if (begin !== undefined || end !== undefined) throw usage("--begin/--end and --thread/--from/--to do not go together", "use markers or a window of time");
  if (thread === undefined || from === undefined || to === undefined)
    throw usage("--thread, --from and --to go together", "e.g. --thread 4711 --from 4512.1 --to 4513.3");
  if (to <= from) throw usage("--to is not after --from", "both are times of the recording's clock");
  return { ...base, query: { kind: "thread", tid: thread, from, to } };
}

const usage = (sentence: string, hint: string): UserError => new UserError("analyze-window", sentence, { exitCode: EXIT.usage, hint });
