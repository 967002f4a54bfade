/** Finds out what a recording is, and reads it. */
import type { ImportProblem, Trace } from "../trace/index.ts";
import type { Importer, ImportOptions, OpenedRecording } from "./importer.ts";
import { importerFor } from "./importers.ts";
import { memoryFile, openTraceFile } from "./trace-file.ts";

/** Finds out by its content what a file, a pipe or the standard input (`-`) holds. ImportError when it cannot be read as a trace, UserError when it cannot be opened. */
export function openRecording(
  input: string | Uint8Array,
  options: ImportOptions = {},
): { readonly importer: Pick<Importer, "id" | "title">; readonly recording: OpenedRecording; close(): void } {
  const file = typeof input === "string" ? openTraceFile(input) : memoryFile(input, options.fileName ?? "(bytes)");
  try {
    const importer = importerFor(file);
    const recording = importer.open(file, options);
    return {
      importer,
      // what was found when the file was unpacked
      recording: file.problems.length === 0 ? recording : { ...recording, trace: () => withProblems(recording.trace(), file.problems) },
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

const withProblems = (trace: Trace, problems: readonly ImportProblem[]): Trace => ({ ...trace, problems: [...problems, ...trace.problems] });

/** The same, for the analysis. */
export function importTrace(input: string | Uint8Array, options: ImportOptions = {}): Trace {
  const { recording, close } = openRecording(input, options);
  try {
    return recording.trace();
  } finally {
    close();
  }
}
