/** The options of a version 7: a chain of sections, each ended by an option DONE that says where the next one is. */
import { ImportError } from "../../base/index.ts";
import type { ImportProblem } from "../../trace/index.ts";
import type { ByteReader } from "../byte-reader.ts";
import { checkCpus, MAX_CPUS } from "./check-cpus.ts";
import { newOptionValues, OPTION, takeOption, type OptionValues } from "./option-values.ts";
import type { CpuPlace } from "./plain-data.ts";
import { SECTION, type SectionReader } from "./sections.ts";
import { orProblem } from "./v6-options.ts";

export interface BufferPlace {
  /** "" = main */
  readonly name: string;
  /** of the section that holds its data */
  readonly offset: number;
  readonly clock: string;
  /** of a sub-buffer, as the writer knew it */
  readonly pageSize: number;
  readonly cpus: readonly CpuPlace[];
}

export interface V7Options {
  readonly values: OptionValues;
  readonly buffers: readonly BufferPlace[];
  readonly texts: readonly { readonly name: string; readonly offset: number }[];
  /** section id -> place */
  readonly sections: ReadonlyMap<number, number>;
  /** why the chain ends before its end */
  readonly broken: ImportError | undefined;
}

/** Writers make one section per buffer and a few more. */
const MAX_SECTIONS = 10_000;
const SECTION_OPTIONS: ReadonlySet<number> = new Set([16, 17, 18, 19, 20, 21]);

export function readV7Options(sections: SectionReader, first: number, problems: ImportProblem[], file: string): V7Options {
  const values = newOptionValues();
  const found = { buffers: [] as BufferPlace[], texts: [] as { name: string; offset: number }[], sections: new Map<number, number>() };
  const visited = new Set<number>();
  let broken: ImportError | undefined;
  try {
    for (let offset = first; offset !== 0;) {
      if (visited.has(offset) || visited.size >= MAX_SECTIONS)
        throw new ImportError("options-cycle", "the chain of options sections leads back to one that was read already", { file, offset });
      visited.add(offset);
      const what = "a section of options";
      const reader = sections.body(sections.open(SECTION.options, offset, what), what);
      offset = readSection(reader, values, found, problems);
    }
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    broken = error;
  }
  return { values, ...found, broken };
}

/** Gives the place of the next section, 0 = none. */
function readSection(
  reader: ByteReader,
  values: OptionValues,
  found: { buffers: BufferPlace[]; texts: { name: string; offset: number }[]; sections: Map<number, number> },
  problems: ImportProblem[],
): number {
  for (;;) {
    const id = reader.u16("an option");
    const body = reader.part(reader.u32("the size of an option"), "an option");
    if (id === OPTION.done) return body.u64("the place of the next options");
    orProblem(id, body.offset, problems, () => {
      if (id === OPTION.buffer) found.buffers.push(readBuffer(body));
      else if (id === OPTION.bufferText) found.texts.push({ offset: body.u64("the place of a text"), name: body.cString("the name of a buffer") });
      else if (SECTION_OPTIONS.has(id)) found.sections.set(id, body.u64("the place of a section"));
      else takeOption(values, id, body);
    });
  }
}

/** u64 section, name\0, clock\0, u32 page size, u32 n, n x {u32 cpu, u64 place, u64 size}; CPUs without data may be left out. */
function readBuffer(body: ByteReader): BufferPlace {
  const offset = body.u64("the place of a buffer");
  const name = body.cString("the name of a buffer");
  const clock = body.cString("the clock of a buffer");
  const pageSize = body.u32("the size of a buffer's pages");
  const count = body.u32("the number of a buffer's CPUs");
  const cpus = new Map<number, CpuPlace>();
  for (let index = 0; index < count; index++) {
    const cpu = body.u32("a CPU");
    if (cpu >= MAX_CPUS)
      throw new ImportError("bad-cpus", `the buffer ${JSON.stringify(name)} has data of CPU ${cpu}`, { file: body.file, offset: body.offset });
    if (cpus.has(cpu))
      throw new ImportError("bad-cpus", `the buffer ${JSON.stringify(name)} has data of CPU ${cpu} twice`, { file: body.file, offset: body.offset });
    cpus.set(cpu, { cpu, offset: body.u64("the place of a CPU's data"), size: body.u64("the size of a CPU's data") });
  }
  return { name, offset, clock, pageSize, cpus: [...cpus.values()].filter(({ size }) => size > 0).sort((a, b) => a.cpu - b.cpu) };
}

/** Of the option, or as many as have data. */
export function cpusOf({ values, buffers }: V7Options, file: string, offset: number): number {
  const seen = Math.max(0, ...buffers.flatMap(({ cpus }) => cpus.map(({ cpu }) => cpu + 1)));
  return checkCpus(Math.max(values.cpus ?? 0, seen), file, offset);
}
