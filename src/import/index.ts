/** Bytes to a Trace. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { EXIT, ImportError, timeNs, UserError } from "../base/index.ts";
import type { ThreadInfo } from "../bundle/index.ts";
import type { Trace } from "../trace/index.ts";
import { decodeBuffers } from "./decode-buffers.ts";
import { findThreads } from "./find-threads.ts";
import { parseKallsyms } from "./symbols.ts";
import { readTraceDatV6 } from "./trace-dat/v6.ts";

export interface ImportOptions {
  /** threads that the capture saw in /proc: names and processes that events alone do not give */
  readonly threads?: readonly ThreadInfo[];
  /** shown in errors when the input is bytes */
  readonly fileName?: string;
  /** false = interpret records instead of generating decoders */
  readonly codeGeneration?: boolean;
}

/** Reads a trace.dat (version 6, uncompressed). Throws ImportError when it is not one, UserError when it cannot be opened. */
export function importTraceDat(file: string | Uint8Array, options: ImportOptions = {}): Trace {
  const name = typeof file === "string" ? file : (options.fileName ?? "(bytes)");
  const bytes = typeof file === "string" ? readWhole(file) : file;
  const parts = readTraceDatV6(bytes, name);
  const decoded = decodeBuffers(bytes, parts, { codeGeneration: options.codeGeneration ?? true });
  return {
    clock: { name: parts.clock, base: decoded.base },
    begin: timeNs(0),
    end: timeNs(decoded.end),
    machine: { cpus: parts.cpus, uname: parts.uname, longSize: parts.headerPage.longSize },
    strings: decoded.strings,
    symbols: parseKallsyms(parts.kallsyms),
    stacks: decoded.stacks,
    threads: findThreads({ tables: decoded.tables, strings: decoded.strings, cmdlines: parts.cmdlines, threads: options.threads ?? [] }),
    tables: decoded.tables,
    counts: decoded.counts,
    lost: decoded.lost,
    problems: decoded.problems,
  };
}

/** One read of at most this many bytes: read(2) itself stops at 2 GiB. */
const READ_BYTES = 1 << 30;

function readWhole(path: string): Uint8Array {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown";
    throw new UserError("cannot-open", `${path} cannot be opened: ${code === "ENOENT" ? "there is no such file" : code === "EACCES" ? "permission denied" : code}`, { exitCode: EXIT.input, cause });
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new ImportError("not-a-file", "this is not a regular file", { file: path });
    const bytes = new Uint8Array(stat.size);
    let length = 0;
    for (;;) {
      const count = readSync(fd, bytes, length, Math.min(READ_BYTES, bytes.length - length), length);
      length += count;
      if (count === 0 || length === bytes.length) break;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}
