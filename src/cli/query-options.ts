/** Where in a recording is the request? Options that several commands share. */
import type { Command } from "commander";
import { EXIT, UserError } from "../base/index.ts";
import type { AnalyzeRequest } from "./handlers.ts";
import { traceTime, wholeNumber } from "./option-values.ts";

export interface QueryValues {
  readonly begin?: string;
  readonly end?: string;
  readonly thread?: number;
  readonly from?: bigint;
  readonly to?: bigint;
}

export const withQueryOptions = (command: Command): Command =>
  command
    .optionsGroup("Where the request is (default: the recording's own requests or stallscope's markers):")
    .option("--begin <regex>", "marker text that begins a request; the first ( ) group pairs begin and end")
    .option("--end <regex>", "marker text that ends a request")
    .option("--thread <tid>", "the thread that waited for the request", wholeNumber(1, 2 ** 22))
    .option("--from <time>", "begin: seconds as in trace-cmd report, or ns", traceTime)
    .option("--to <time>", "end: seconds as in trace-cmd report, or ns", traceTime);

/** UserError (usage) when they do not go together; undefined when none was given. */
export function readQuery({ begin, end, thread, from, to }: QueryValues): AnalyzeRequest["query"] {
  if (thread === undefined && from === undefined && to === undefined) {
    if (begin === undefined && end === undefined) return undefined;
    if (begin === undefined || end === undefined) throw usage("--begin and --end go together", "give both patterns");
    return { kind: "markers", begin, end };
  }
  if (begin !== undefined || end !== undefined) throw usage("--begin/--end and --thread/--from/--to do not go together", "use markers or a window of time");
  if (thread === undefined || from === undefined || to === undefined)
    throw usage("--thread, --from and --to go together", "e.g. --thread 4711 --from 4512.1 --to 4513.3");
  if (to <= from) throw usage("--to is not after --from", "both are times of the recording's clock");
  return { kind: "thread", tid: thread, from, to };
}

const usage = (sentence: string, hint: string): UserError => new UserError("analyze-window", sentence, { exitCode: EXIT.usage, hint });
