/**
 * What is in a trace.dat of version 6? The parts of the file, by place; nothing is decoded here (trace-cmd.dat.v6(5)).
 *
 *   opening | header_page header_event | ftrace formats | systems' formats | kallsyms printk cmdlines cpus | ["options  \0" ...] |
 *   "flyrecord\0" per CPU {offset, size} | pages                                                    or "latency  \0" text to the end
 */
import type { ImportProblem } from "../../trace/index.ts";
import type { ByteReader } from "../byte-reader.ts";
import type { TraceFile } from "../trace-file.ts";
import { readTables } from "./buffer-tables.ts";
import { checkCpus } from "./check-cpus.ts";
import { buildParts, type PartsInput } from "./build-parts.ts";
import { plainText } from "./latency-text.ts";
import { readCmdlines, readEventFormats, readFtraceFormats, readHeaderInfo, readKallsyms, readPrintkFormats } from "./metadata.ts";
import { clockOf, newOptionValues } from "./option-values.ts";
import type { Opening } from "./opening.ts";
import type { TraceDatParts } from "./parts.ts";
import { readV6Options } from "./v6-options.ts";

/** Throws ImportError when nothing can be read; what is cut off at the end becomes a problem instead. `opening.reader` holds the head of the file. */
export function readV6(file: TraceFile, { pageSize, reader }: Opening): TraceDatParts {
  const problems: ImportProblem[] = [];
  const header = readHeaderInfo(reader);
  const formats = [...readFtraceFormats(reader), ...readEventFormats(reader)];
  const texts = { kallsyms: readKallsyms(reader), printkFormats: readPrintkFormats(reader), cmdlines: readCmdlines(reader) };
  const ownCpus = reader.u32("the number of CPUs");
  const { values, instances } = reader.accept("options  \0") ? readV6Options(reader, problems) : { values: newOptionValues(), instances: [] };
  const cpus = checkCpus(values.cpus === undefined || values.cpus === 0 ? ownCpus : values.cpus, file.name, reader.offset);
  const common = { version: 6, little: reader.little, header, formats, ...texts, cpus, values, problems } satisfies Partial<PartsInput>;
  if (reader.accept("latency  \0"))
    return buildParts({ ...common, buffers: [], latencyTexts: [{ name: "", text: plainText(file, reader.offset, file.size, problems) }] });
  const buffers = readTables({ file, header: header.headerPage, said: pageSize, values, instances, problems }, reader, cpus);
  readLateClock(reader, values);
  return buildParts({ ...common, buffers, latencyTexts: [] });
}

/** Writers before trace-cmd 2.6 left the option empty: what it should say stands behind the table. */
function readLateClock(reader: ByteReader, values: { clock: string }): void {
  if (values.clock !== "" || reader.left < 8) return;
  const size = reader.big64("the size of the clock's name");
  if (size > 0n && size <= BigInt(Math.min(reader.left, 4096))) values.clock = clockOf(reader.text(Number(size), "the clock"));
}
