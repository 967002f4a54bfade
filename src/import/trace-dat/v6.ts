/**
 * What is in a trace.dat of version 6? The parts of the file, by place; nothing is decoded here (trace-cmd.dat.v6(5)).
 *
 *   17 08 44 "tracing" "6\0" endian long_size page_size | header_page header_event | ftrace formats | systems' formats |
 *   kallsyms printk cmdlines cpus | ["options  \0" ...] | "flyrecord\0" per CPU {offset, size} | pages
 */
import { ImportError } from "../../base/index.ts";
import { ByteReader } from "../byte-reader.ts";
import { parseHeaderPage } from "../header-page.ts";
import type { TraceFile } from "../trace-file.ts";
import { readBuffers } from "./buffers.ts";
import { NO_OPTIONS, readOptions } from "./options.ts";
import type { TraceDatParts } from "./parts.ts";

const MAGIC = "\x17\x08\x44tracing";
/** Formats, kallsyms and the rest of a usual machine take 5 to 30 MB. */
const HEAD_BYTES = 32 << 20;
/** More than any machine has; a larger number is damage. */
const MAX_CPUS = 8192;
/** Stamps of these are no ns (trace_clocks[] in kernel/trace/trace.c). */
const NOT_NS: ReadonlySet<string> = new Set(["counter", "uptime", "x86-tsc", "ppc-tb"]);

export const isTraceDat = (head: Uint8Array): boolean => Array.from(MAGIC).every((char, index) => head[index] === char.charCodeAt(0));

/** Throws ImportError when nothing can be read; what is cut off at the end becomes a problem instead. */
export function readTraceDatV6(file: TraceFile): TraceDatParts {
  for (let size = HEAD_BYTES; ; size *= 4) {
    const head = file.read(0, size);
    try {
      return readParts(file, head);
    } catch (error) {
      const isHeadTooShort = error instanceof ImportError && error.code === "truncated" && head.length === size && size < file.size;
      if (!isHeadTooShort) throw error;
    }
  }
}

function readParts(file: TraceFile, head: Uint8Array): TraceDatParts {
  const { name } = file;
  const reader = openReader(head, name);
  reader.u8("the size of long");
  reader.u32("the page size");
  reader.expect("header_page\0", "no-header-page", "header_page is missing");
  const headerPageText = reader.text(reader.u64("the size of header_page"), "header_page");
  const headerPage = parseHeaderPage(headerPageText);
  reader.expect("header_event\0", "no-header-event", "header_event is missing");
  const headerEventText = reader.text(reader.u64("the size of header_event"), "header_event");
  const formats = readFormats(reader);
  const kallsyms = reader.text(reader.u32("the size of kallsyms"), "kallsyms");
  const printkFormats = reader.text(reader.u32("the size of printk_formats"), "printk_formats");
  const cmdlines = new TextDecoder().decode(reader.slice(reader.u64("the size of the command lines"), "the command lines"));
  const ownCpus = reader.u32("the number of CPUs");
  const options = reader.accept("options  \0") ? readOptions(reader) : NO_OPTIONS;
  const cpus = Math.max(ownCpus, options.cpus ?? 0);
  if (cpus > MAX_CPUS) throw new ImportError("bad-cpus", `the file says it has ${cpus} CPUs`, { file: name, offset: reader.offset });
  if (reader.accept("latency  \0"))
    throw new ImportError("latency-text", "this trace.dat holds a latency tracer's text, which is not supported yet", { file: name, offset: reader.offset });
  const { buffers, problems } = readBuffers(file, reader, { cpus, layout: headerPage, instances: options.instances });
  if (NOT_NS.has(options.clock))
    problems.push({
      code: "clock-not-ns",
      message: `the trace clock is ${options.clock}: its stamps are not nanoseconds, lengths of time are in its own unit`,
    });
  if (options.shifts)
    problems.push({
      code: "clock-shifted",
      message: "the file asks for its stamps to be converted (a guest's or a cycle counter's), which is not supported yet: times are as recorded",
    });
  return {
    version: 6,
    little: reader.little,
    headerPage,
    headerPageText,
    headerEventText,
    formats,
    kallsyms,
    printkFormats,
    cmdlines,
    cpus,
    clock: options.clock,
    conversion: undefined,
    latencyTexts: [],
    uname: options.uname,
    stats: options.stats,
    buffers,
    problems,
  };
}

/** After magic, version and byte order. */
function openReader(head: Uint8Array, file: string): ByteReader {
  if (head.length < MAGIC.length && isTraceDatStart(head))
    throw new ImportError("truncated", "the file ends inside its magic number", { file, offset: head.length });
  if (!isTraceDat(head)) throw new ImportError("not-trace-dat", "this is not a trace.dat file: it does not begin with its magic number", { file, offset: 0 });
  const reader = new ByteReader(head, { file, little: head[12] !== 1, at: MAGIC.length });
  const version = reader.cString("the version");
  if (version === "7")
    throw new ImportError("trace-dat-v7", "trace.dat version 7 is not supported yet", {
      file,
      offset: 10,
      hint: "convert it: trace-cmd convert --file-version 6 -i FILE -o FILE.v6",
    });
  if (version !== "6")
    throw new ImportError("trace-dat-version", `trace.dat version ${JSON.stringify(version.slice(0, 8))} is not known`, { file, offset: 10 });
  const endian = reader.u8("the byte order");
  if (endian > 1) throw new ImportError("bad-byte-order", `the byte order is ${endian}, neither little (0) nor big (1)`, { file, offset: 12 });
  return reader;
}

const isTraceDatStart = (head: Uint8Array): boolean => head.length > 0 && head.every((byte, index) => byte === MAGIC.charCodeAt(index));

function readFormats(reader: ByteReader): { system: string; text: string }[] {
  const formats: { system: string; text: string }[] = [];
  const read = (system: string, count: number): void => {
    for (let index = 0; index < count; index++) formats.push({ system, text: reader.text(reader.u64("the size of an event format"), "an event format") });
  };
  read("ftrace", reader.u32("the number of ftrace formats"));
  const systems = reader.u32("the number of event systems");
  for (let index = 0; index < systems; index++) {
    const system = reader.cString("the name of an event system");
    read(system, reader.u32("the number of event formats"));
  }
  return formats;
}
