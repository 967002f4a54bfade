/** Bytes to a Trace. */
import { timeNs } from "../base/index.ts";
import type { Trace } from "../trace/index.ts";
import { decodeBuffers } from "./decode-buffers.ts";
import { findThreads } from "./find-threads.ts";
import type { ImportOptions } from "./importer.ts";
import { parseKallsyms } from "./symbols.ts";
import { readTraceDat } from "./trace-dat/read-trace-dat.ts";
import { memoryFile, openTraceFile, type TraceFile } from "./trace-file.ts";

export type { ImportOptions } from "./importer.ts";

/** Reads a trace.dat (version 6, uncompressed). Throws ImportError when it is not one, UserError when it cannot be opened. */
export function importTraceDat(file: string | Uint8Array, options: ImportOptions = {}): Trace {
  const source = typeof file === "string" ? openTraceFile(file) : memoryFile(file, options.fileName ?? "(bytes)");
  try {
    return importFile(source, options);
  } finally {
    source.close();
  }
}

function importFile(file: TraceFile, options: ImportOptions): Trace {
  const parts = readTraceDat(file);
  const decoded = decodeBuffers(parts, { codeGeneration: options.codeGeneration ?? true });
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
    problems: decoded.problems,
  };
}
