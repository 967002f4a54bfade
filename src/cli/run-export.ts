/** Write a recording for other tools. */
import { createReadStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isatty } from "node:tty";
import { EXIT, UserError, type ExitCode } from "../base/index.ts";
import { openBundle } from "../bundle/index.ts";
import { ndjsonLines, planFile, traceTextLines, writeAll, writeLines, writeLinesToFile, writeTraceDatFile } from "../export/index.ts";
import { openRecording } from "../import/index.ts";
import type { CliContext } from "./context.ts";
import { exportExplained } from "./export-explained.ts";
import type { ExportForm, ExportRequest, RecordForm } from "./handlers.ts";
import { interruptible } from "./interruption.ts";
import { say } from "./messages.ts";

const STDOUT = 1;

/** `stdout`: descriptor that stands for it in tests. */
export async function runExport(request: ExportRequest, context: CliContext, stdout = STDOUT): Promise<ExitCode> {
  const { path, to, output } = request;
  if (isBinary(to) && output === undefined && isatty(stdout)) {
    throw new UserError("export-to-terminal", `${to === "perfetto" ? "a Perfetto trace" : "a trace.dat"} is not for terminals`, {
      exitCode: EXIT.usage,
      hint: "add --output FILE, or send it into a pipe",
    });
  }
  // what is in the way is told before a large recording is read
  if (output !== undefined) planFile(output);
  return isRecordForm(to)
    ? exportRecords({ path, to, ...(output === undefined ? {} : { output }) }, context, stdout)
    : exportExplained({ ...request, to }, context, stdout);
}

const isBinary = (form: ExportForm): boolean => form === "trace.dat" || form === "perfetto";
const isRecordForm = (form: ExportForm): form is RecordForm => form === "trace-text" || form === "ndjson" || form === "trace.dat";

interface RecordsRequest {
  readonly path: string;
  readonly to: RecordForm;
  readonly output?: string;
}

async function exportRecords({ path, to, output }: RecordsRequest, context: CliContext, stdout: number): Promise<ExitCode> {
  context.progress.say(say(context.lang, "progress.read"));
  const bundle = path !== "-" && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? openBundle(path) : undefined;
  const opened = openRecording(bundle?.tracePath ?? path, bundle === undefined ? {} : { threads: bundle.manifest.threads });
  for (const problem of bundle?.problems ?? []) context.warn(say(context.lang, "bundle.problem", { problem }));
  try {
    return await interruptible(async ({ signal, exitCode }) => {
      try {
        if (to === "trace.dat") await writeDat(opened.recording, output, context, stdout);
        else {
          const lines = to === "ndjson" ? ndjsonLines(opened.recording) : traceTextLines(opened.recording);
          context.progress.clear();
          if (output === undefined) await writeLines(stdout, lines, signal);
          else await writeLinesToFile(output, lines, signal);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
      return exitCode() ?? EXIT.ok;
    });
  } finally {
    opened.close();
  }
}

async function writeDat(recording: Parameters<typeof writeTraceDatFile>[1], output: string | undefined, context: CliContext, stdout: number): Promise<void> {
  if (output !== undefined) {
    const file = planFile(output);
    try {
      writeTraceDatFile(file.temporary, recording, context.version);
      file.commit();
    } catch (error) {
      file.discard();
      throw error;
    }
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "stallscope-"));
  try {
    const whole = join(folder, "trace.dat");
    writeTraceDatFile(whole, recording, context.version);
    context.progress.clear();
    for await (const piece of createReadStream(whole)) if (!(await writeAll(stdout, piece as Buffer))) return;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
