/** Write what the analysis made of a recording, for viewers of traces and profiles. */
import { EXIT, NS_PER_S, UserError, type ExitCode } from "../base/index.ts";
import {
  chromeLines,
  foldedLines,
  perfettoPieces,
  speedscopePieces,
  writeLines,
  writeLinesToFile,
  writePieces,
  writePiecesToFile,
  type Explanation,
} from "../export/index.ts";
import { buildTimeline } from "../timeline/index.ts";
import type { Trace } from "../trace/index.ts";
import type { CliContext } from "./context.ts";
import { explainRecording } from "./explain-recording.ts";
import type { ExplainedForm, ExportRequest } from "./handlers.ts";
import { interruptible } from "./interruption.ts";
import { say } from "./messages.ts";

export interface ExplainedRequest extends ExportRequest {
  readonly to: ExplainedForm;
}

export async function exportExplained(request: ExplainedRequest, context: CliContext, stdout: number): Promise<ExitCode> {
  const { to, output, allRequests = false } = request;
  const explanation = explanationOf(request, context);
  warnOfParts(explanation.timeline.trace, context);
  return interruptible(async ({ signal, exitCode }) => {
    try {
      if (to === "perfetto") {
        const pieces = perfettoPieces(explanation);
        context.progress.clear();
        await (output === undefined ? writePieces(stdout, pieces, signal) : writePiecesToFile(output, pieces, signal));
      } else {
        const lines = linesOf(to, explanation, allRequests);
        context.progress.clear();
        await (output === undefined ? writeLines(stdout, lines, signal) : writeLinesToFile(output, lines, signal));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return exitCode() ?? EXIT.ok;
  });
}

/** Without a request there is still the scheduling; who needs a path refuses. */
function explanationOf({ path, query }: ExplainedRequest, context: CliContext): Explanation {
  const explained = explainRecording({ path, ...(query === undefined ? {} : { query }) }, context);
  const toolVersion = context.version;
  if (explained.kind === "result") return { timeline: explained.timeline, result: explained.result, toolVersion };
  if (explained.trace.unread.length > 0)
    throw new UserError("export-unread", "the recording is large, and holds no request that would say which part of it to write", {
      exitCode: EXIT.input,
      hint: "export it as trace-text, which is never held in memory and which ui.perfetto.dev opens too",
    });
  return { timeline: buildTimeline(explained.trace), toolVersion };
}

function linesOf(to: Exclude<ExplainedForm, "perfetto">, explanation: Explanation, allRequests: boolean): Generator<string> {
  if (to === "chrome") return chromeLines(explanation);
  return to === "speedscope" ? speedscopePieces(explanation) : foldedLines(explanation, { allRequests });
}

function warnOfParts({ begin, end, unread }: Trace, { lang, warn }: CliContext): void {
  if (unread.length === 0) return;
  const readNs = unread.reduce((rest, { from, to }) => rest - (to - from), end - begin);
  warn(say(lang, "export.in-part", { seconds: (readNs / NS_PER_S).toFixed(1) }));
}
