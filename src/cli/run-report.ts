/** Write a report of a result or a recording. */
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { EXIT, ImportError, type ExitCode } from "../base/index.ts";
import { planFile, writeLines, writeLinesToFile } from "../export/index.ts";
import { renderMarkdown, renderTerminal, withSentences } from "../report/index.ts";
import { parseResult, serializeResult } from "../result/index.ts";
import type { CliContext } from "./context.ts";
import { explainRecording } from "./explain-recording.ts";
import type { ReportRequest } from "./handlers.ts";
import { htmlReport } from "./html-report.ts";
import { interruptible } from "./interruption.ts";
import { isJson } from "./load-results.ts";
import type { Explanation } from "./pipeline.ts";

const STDOUT = 1;
/** of a report as text that is written into a file */
const FILE_COLUMNS = 100;

type Reported = Pick<Explanation, "result"> & Partial<Explanation>;

/** `stdout`: descriptor that stands for it in tests. */
export async function runReport(request: ReportRequest, context: CliContext, stdout = STDOUT): Promise<ExitCode> {
  const { output } = request;
  // what is in the way is told before a large recording is read
  if (output !== undefined) planFile(output);
  const reported = load(request, context);
  const text = render(request, reported, context);
  context.progress.clear();
  return interruptible(async ({ signal, exitCode }) => {
    try {
      if (output === undefined) await writeLines(stdout, [text], signal);
      else await writeLinesToFile(output, [text], signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return exitCode() ?? EXIT.ok;
  });
}

function load({ path, query }: ReportRequest, context: CliContext): Reported {
  if (path !== "-" && isJson(path)) return { result: parseResult(readFileSync(path, "utf8"), path) };
  const explained = explainRecording({ path, ...(query === undefined ? {} : { query }) }, context);
  if (explained.kind === "result") return explained;
  throw new ImportError("no-requests", `no request was found in ${path}, so there is nothing to report`, {
    hint: "say where it is with --begin REGEX --end REGEX on marker text, or --thread TID --from T --to T; stallscope analyze shows what it holds",
  });
}

function render({ format, path, output }: ReportRequest, reported: Reported, context: CliContext): string {
  const { lang, columns, color } = context;
  const { result } = reported;
  switch (format) {
    case "json":
      return serializeResult(withSentences(result, "en"));
    case "md":
      return renderMarkdown(result, { lang });
    case "text":
      return renderTerminal(result, output === undefined ? { lang, columns, color } : { lang, columns: FILE_COLUMNS, color: false });
    case "html":
      return htmlReport({ ...reported, lang, source: path === "-" ? path : basename(resolve(path)) });
  }
}
