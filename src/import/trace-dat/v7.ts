/**
 * What is in a trace.dat of version 7? Sections that a chain of options points to, each perhaps packed (trace-cmd.dat.v7(5)).
 *
 *   opening | compression name\0 version\0 | u64 first options section | sections in any order
 */
import { ImportError } from "../../base/index.ts";
import type { ImportProblem } from "../../trace/index.ts";
import type { ByteReader } from "../byte-reader.ts";
import type { TraceFile } from "../trace-file.ts";
import { unpackerOf, type Unpack } from "../unpack/index.ts";
import { buildParts } from "./build-parts.ts";
import { readSectionBuffers } from "./buffer-sections.ts";
import { packedText, plainText } from "./latency-text.ts";
import { readCmdlines, readEventFormats, readFtraceFormats, readHeaderInfo, readKallsyms, readPrintkFormats } from "./metadata.ts";
import type { Opening } from "./opening.ts";
import type { TraceDatParts } from "./parts.ts";
import { SECTION, SectionReader } from "./sections.ts";
import { cpusOf, readV7Options, type V7Options } from "./v7-options.ts";

/** Throws ImportError when nothing can be read; what is cut off or damaged becomes a problem instead. */
export function readV7(file: TraceFile, { reader }: Opening): TraceDatParts {
  const { little } = reader;
  const at = reader.offset;
  const compression = reader.cString("the name of the compression");
  reader.cString("the version of the compression");
  const first = reader.u64("the place of the options");
  const unpack = unpackerOf(compression, { file: file.name, offset: at });
  const sections = new SectionReader(file, little, unpack);
  const problems: ImportProblem[] = [];
  const options = readV7Options(sections, first, problems, file.name);
  const { broken, values } = options;
  // the tables of the events come last: without them there is nothing
  if (options.buffers.length + options.texts.length === 0) throw broken ?? noBuffer(problems, file.name, first);
  if (broken !== undefined) problems.push({ code: broken.code, message: `options are missing, and buffers with them: ${broken.message}`, ...placeOf(broken) });
  const read = <T>(id: number, what: string, parse: (body: ByteReader) => T, otherwise?: T): T => {
    const offset = options.sections.get(id);
    try {
      if (offset === undefined) throw new ImportError("no-section", `the file has no section of ${what}`, { file: file.name });
      return parse(sections.body(sections.open(id, offset, what), what));
    } catch (error) {
      if (!(error instanceof ImportError) || otherwise === undefined) throw error;
      if (offset !== undefined) problems.push({ code: "lost-section", message: `${what} cannot be read: ${error.message}`, ...placeOf(error) });
      return otherwise;
    }
  };
  const header = read(SECTION.headerInfo, "header_page", readHeaderInfo);
  const formats = [
    ...read(SECTION.ftraceEvents, "ftrace formats", readFtraceFormats, []),
    ...read(SECTION.eventFormats, "event formats", readEventFormats, []),
  ];
  const texts = {
    kallsyms: read(SECTION.kallsyms, "kallsyms", readKallsyms, ""),
    printkFormats: read(SECTION.printkFormats, "printk_formats", readPrintkFormats, ""),
    cmdlines: read(SECTION.cmdlines, "command lines", readCmdlines, ""),
  };
  const cpus = cpusOf(options, file.name, first);
  const buffers = readSectionBuffers({ file, sections, unpack, header: header.headerPage, little, values, problems }, options.buffers);
  if (values.clock === "") values.clock = options.buffers[0]?.clock ?? "";
  const latencyTexts = readTexts(file, sections, options, { little, unpack, problems });
  return buildParts({ version: 7, little, header, formats, ...texts, cpus, values, buffers, latencyTexts, problems });
}

function readTexts(
  file: TraceFile,
  sections: SectionReader,
  { texts }: V7Options,
  { little, unpack, problems }: { little: boolean; unpack: Unpack; problems: ImportProblem[] },
): { name: string; text: string }[] {
  return texts.flatMap(({ name, offset }) => {
    try {
      const { isPacked, offset: begin, size } = sections.open(22, offset, "a latency tracer's text");
      return [{ name, text: isPacked ? packedText(file, begin, little, unpack, problems) : plainText(file, begin, begin + size, problems) }];
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      problems.push({ code: "lost-text", message: error.message, ...placeOf(error) });
      return [];
    }
  });
}

function noBuffer(problems: readonly ImportProblem[], file: string, offset: number): ImportError {
  const [problem] = problems;
  return problem === undefined
    ? new ImportError("no-buffer", "the options of the file name no buffer of events", { file, offset })
    : new ImportError(problem.code, problem.message, { file, ...placeOf(problem) });
}

const placeOf = ({ offset }: { offset?: number | undefined }): { offset?: number } => (offset === undefined ? {} : { offset });
