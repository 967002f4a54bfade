/**
 * What is in a trace.dat of version 6? The parts of the file, by place; nothing is decoded here (trace-cmd.dat.v6(5)).
 *
 *   17 08 44 "tracing" "6\0" endian long_size page_size | header_page header_event | ftrace formats | systems' formats |
 *   kallsyms printk cmdlines cpus | ["options  \0" ...] | "flyrecord\0" per CPU {offset, size} | pages
 */
import { ImportError } from "../../base/index.ts";
import type { ImportProblem } from "../../trace/index.ts";
import { ByteReader } from "../byte-reader.ts";
import { parseHeaderPage, type HeaderPage } from "../event-format.ts";

export interface CpuRange {
  readonly cpu: number;
  readonly offset: number;
  /** bytes that are really in the file */
  readonly size: number;
  readonly truncated: boolean;
}

export interface TraceDatBufferParts {
  /** "" = main */
  readonly name: string;
  readonly cpus: readonly CpuRange[];
}

export interface TraceDatParts {
  readonly headerPage: HeaderPage;
  readonly formats: readonly { readonly system: string; readonly text: string }[];
  readonly kallsyms: string;
  readonly cmdlines: string;
  readonly cpus: number;
  readonly clock: string;
  readonly uname: string | undefined;
  readonly buffers: readonly TraceDatBufferParts[];
  readonly problems: readonly ImportProblem[];
}

const MAGIC = [0x17, 0x08, 0x44];
const OPTION = { done: 0, buffer: 3, traceClock: 4, uname: 5, cpuCount: 8 } as const;
/** More than any machine has; a larger number is damage. */
const MAX_CPUS = 8192;

export const isTraceDat = (head: Uint8Array): boolean => MAGIC.every((byte, index) => head[index] === byte) && new TextDecoder().decode(head.subarray(3, 10)) === "tracing";

/** Throws ImportError when nothing can be read; what is cut off at the end becomes a problem instead. */
export function readTraceDatV6(bytes: Uint8Array, file: string): TraceDatParts {
  if (!isTraceDat(bytes)) throw new ImportError("not-trace-dat", "this is not a trace.dat file: it does not begin with its magic number", { file, offset: 0 });
  const reader = new ByteReader(bytes, { file, little: bytes[12] === 0, offset: 10 });
  const version = reader.cString("the version");
  if (version === "7") throw new ImportError("trace-dat-v7", "trace.dat version 7 is not supported yet", { file, offset: 10, hint: "trace-cmd convert --file-version 6 -i FILE -o FILE.v6" });
  if (version !== "6") throw new ImportError("trace-dat-version", `trace.dat version ${JSON.stringify(version.slice(0, 8))} is not known`, { file, offset: 10 });
  const [endian = 0] = reader.slice(1, "the byte order");
  if (endian !== 0) throw new ImportError("big-endian", "recordings of big-endian machines are not supported yet", { file, offset: 12 });
  reader.take(1, "the size of long");
  reader.u32("the page size");
  if (!reader.accept("header_page\0")) throw new ImportError("no-header-page", "header_page is missing", { file, offset: reader.offset });
  const headerPage = parseHeaderPage(reader.text(reader.u64("the size of header_page"), "header_page"));
  if (!reader.accept("header_event\0")) throw new ImportError("no-header-event", "header_event is missing", { file, offset: reader.offset });
  reader.take(reader.u64("the size of header_event"), "header_event");
  const formats = readFormats(reader);
  const kallsyms = reader.text(reader.u32("the size of kallsyms"), "kallsyms");
  reader.take(reader.u32("the size of printk_formats"), "printk_formats");
  const cmdlines = new TextDecoder().decode(reader.slice(reader.u64("the size of the command lines"), "the command lines"));
  let cpus = reader.u32("the number of CPUs");
  const problems: ImportProblem[] = [];
  let options: Options = { clock: "", uname: undefined, cpus: undefined, instances: [] };
  if (reader.accept("options  \0")) options = readOptions(reader);
  if (options.cpus !== undefined) cpus = Math.max(cpus, options.cpus);
  if (cpus > MAX_CPUS) throw new ImportError("bad-cpus", `the file says it has ${cpus} CPUs`, { file, offset: reader.offset });
  if (reader.accept("latency  \0")) throw new ImportError("latency-text", "this trace.dat holds a latency tracer's text, which is not supported yet", { file, offset: reader.offset });
  const buffers = [{ name: "", cpus: readRanges(reader, cpus, "the main buffer", problems) }];
  for (const { name, offset } of options.instances) {
    if (offset >= bytes.length) {
      problems.push({ code: "truncated", message: `the file ends before buffer ${JSON.stringify(name)}`, offset });
      continue;
    }
    const instance = new ByteReader(bytes, { file, little: true, offset });
    if (instance.accept("options  \0")) readOptions(instance);
    buffers.push({ name, cpus: readRanges(instance, cpus, `buffer ${JSON.stringify(name)}`, problems) });
  }
  return { headerPage, formats, kallsyms, cmdlines, cpus, clock: options.clock, uname: options.uname, buffers, problems };
}

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

interface Options {
  readonly clock: string;
  readonly uname: string | undefined;
  readonly cpus: number | undefined;
  readonly instances: readonly { readonly name: string; readonly offset: number }[];
}

function readOptions(reader: ByteReader): Options {
  let clock = "";
  let uname: string | undefined;
  let cpus: number | undefined;
  const instances: { name: string; offset: number }[] = [];
  for (;;) {
    const id = reader.u16("an option");
    if (id === OPTION.done) break;
    const size = reader.u32("the size of an option");
    const data = reader.slice(size, "an option");
    const body = new ByteReader(data, { file: "", little: true });
    if (id === OPTION.traceClock) clock = /\[([^\]]+)\]/.exec(body.text(size, "the clock"))?.[1] ?? "";
    else if (id === OPTION.uname) uname = body.text(size, "uname").replace(/\0.*$/s, "");
    else if (id === OPTION.cpuCount && size >= 4) cpus = body.u32("the number of CPUs");
    else if (id === OPTION.buffer && size >= 9) {
      const offset = body.u64("the place of a buffer");
      instances.push({ offset, name: body.text(body.left, "the name of a buffer").replace(/\0.*$/s, "") });
    }
  }
  return { clock, uname, cpus, instances };
}

function readRanges(reader: ByteReader, cpus: number, what: string, problems: ImportProblem[]): CpuRange[] {
  if (!reader.accept("flyrecord\0")) {
    problems.push({ code: "no-flyrecord", message: `${what} has no table of its data`, offset: reader.offset });
    return [];
  }
  const ranges: CpuRange[] = [];
  for (let cpu = 0; cpu < cpus; cpu++) {
    const offset = reader.u64("the place of a CPU's data");
    const size = reader.u64("the size of a CPU's data");
    if (size === 0) continue;
    const inFile = Math.max(0, Math.min(size, reader.bytes.length - offset));
    const truncated = inFile < size;
    if (truncated) problems.push({ code: "truncated", message: `${what}: the data of CPU ${cpu} ends after ${inFile} of ${size} bytes`, cpu, offset });
    if (offset % 4 !== 0) problems.push({ code: "misaligned", message: `${what}: the data of CPU ${cpu} begins at an odd place`, cpu, offset });
    else ranges.push({ cpu, offset, size: inFile, truncated });
  }
  return ranges;
}
