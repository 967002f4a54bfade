/** trace.dat of trace-cmd, of Stallscope, of anybody. */
import { ImportError, timeNs } from "../base/index.ts";
import type { Trace } from "../trace/index.ts";
import { decodeBuffers, type DecodeOptions } from "./decode-buffers.ts";
import { findThreads } from "./find-threads.ts";
import { RECOGNIZE_BYTES, type Importer, type ImportOptions, type OpenedRecording } from "./importer.ts";
import { traceDatRecords } from "./records/index.ts";
import { parseKallsyms } from "./symbols.ts";
import { textImporters } from "./text/index.ts";
import type { TraceDatParts } from "./trace-dat/parts.ts";
import { isTraceDat, isTraceDatStart } from "./trace-dat/opening.ts";
import { readTraceDat } from "./trace-dat/read-trace-dat.ts";
import { complementOf, widen } from "./time-windows.ts";
import { memoryFile, type TraceFile } from "./trace-file.ts";

export const traceDatImporter: Importer = {
  id: "trace-dat",
  title: "a trace.dat of trace-cmd",
  recognizes: (head) => isTraceDat(head) || isTraceDatStart(head),
  open(file, options) {
    const parts = readTraceDat(file);
    const [latency] = parts.latencyTexts;
    // such a file holds what the tracer printed instead of records
    if (parts.buffers.length === 0 && latency !== undefined) return openText(memoryFile(new TextEncoder().encode(latency.text), file.name), options);
    return {
      parts,
      trace: () => importTraceDatParts(parts, options),
      records: (extent) => traceDatRecords(parts, { ...extent, ...(options.threads === undefined ? {} : { threads: options.threads }) }),
    };
  },
};

function openText(text: TraceFile, options: ImportOptions): OpenedRecording {
  const head = text.read(0, RECOGNIZE_BYTES);
  const importer = textImporters.find((candidate) => candidate.recognizes(head));
  if (importer === undefined) throw new ImportError("not-a-trace", "the file holds a latency tracer's text in a form that is not known", { file: text.name });
  return importer.open(text, options);
}

/**
 * From here on a recording is read in two passes when the caller can say what it is interested in. Measured just below: 19 million
 * events in 0.9 GiB, the whole analysis takes 1.3 GiB of memory.
 */
const READ_ALL_BYTES = 1 << 30;

/** Few, and about the whole recording: who lived when, and the marks of requests. Always read in full. */
const RARE_EVENTS: ReadonlySet<string> = new Set(["print", "sched_process_fork", "sched_process_exec", "sched_process_exit", "task_newtask", "task_rename"]);

export function importTraceDatParts(parts: TraceDatParts, options: ImportOptions): Trace {
  const bytes = parts.buffers.reduce((sum, { cpus }) => cpus.reduce((total, { size }) => total + size, sum), 0);
  if (options.focus === undefined || bytes <= (options.readAllBytes ?? READ_ALL_BYTES)) return assemble(parts, options, {});
  const survey = assemble(parts, options, { only: RARE_EVENTS });
  const windows = widen(options.focus(survey), survey);
  const around = windows.length === 0 ? "only its markers were read" : "only what lies around its requests was read";
  const problem = { code: "read-in-part", message: `the recording is large (${Math.round(bytes / (1 << 20))} MiB of events): ${around}` };
  if (windows.length === 0) return { ...survey, unread: [{ from: survey.begin, to: survey.end }], problems: [problem, ...survey.problems] };
  const trace = assemble(parts, options, { within: { windows, except: RARE_EVENTS } });
  return { ...trace, unread: complementOf(windows, trace), problems: [problem, ...trace.problems] };
}

function assemble(parts: TraceDatParts, options: ImportOptions, extent: Pick<DecodeOptions, "only" | "within">): Trace {
  const decoded = decodeBuffers(parts, { codeGeneration: options.codeGeneration ?? true, ...extent });
  return {
    clock: { name: parts.clock, base: decoded.base },
    begin: timeNs(decoded.begin),
    end: timeNs(decoded.end),
    machine: { cpus: parts.cpus, uname: parts.uname, longSize: parts.headerPage.longSize },
    strings: decoded.strings,
    symbols: parseKallsyms(parts.kallsyms),
    stacks: decoded.stacks,
    threads: findThreads({
      tables: decoded.tables,
      strings: decoded.strings,
      names: decoded.threadNames,
      appearances: decoded.appearances,
      cmdlines: parts.cmdlines,
      threads: options.threads ?? [],
    }),
    threadNames: decoded.threadNames,
    tables: decoded.tables,
    taskChanges: decoded.taskChanges,
    counts: decoded.counts,
    lost: decoded.lost,
    unread: [],
    problems: decoded.problems,
  };
}
