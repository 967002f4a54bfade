/** Where are the pages of each buffer and CPU in a version 7? Options BUFFER name them; a section tells whether they are packed. */
import { ImportError } from "../../base/index.ts";
import type { ImportProblem } from "../../trace/index.ts";
import type { HeaderPage } from "../header-page.ts";
import type { TraceFile } from "../trace-file.ts";
import type { Unpack } from "../unpack/index.ts";
import { ByteBudget } from "./byte-budget.ts";
import { statsOf, type OptionValues } from "./option-values.ts";
import { packedData } from "./packed-data.ts";
import type { BufferParts, CpuData } from "./parts.ts";
import { missingData, plainData } from "./plain-data.ts";
import { SECTION, type SectionReader } from "./sections.ts";
import { layoutOf, sampleBytes } from "./sub-buffer-size.ts";
import type { BufferPlace } from "./v7-options.ts";

export interface SectionBuffersInput {
  readonly file: TraceFile;
  readonly sections: SectionReader;
  readonly unpack: Unpack;
  readonly header: HeaderPage;
  readonly little: boolean;
  readonly values: OptionValues;
  readonly problems: ImportProblem[];
}

/** A buffer that cannot be read becomes a problem and CPUs without data. The main buffer, if any, comes first. */
export function readSectionBuffers(input: SectionBuffersInput, places: readonly BufferPlace[]): BufferParts[] {
  const budget = new ByteBudget(input.file.size);
  const buffers = places.map((place) => readBuffer(input, budget, place));
  return [...buffers.filter(({ name }) => name === ""), ...buffers.filter(({ name }) => name !== "")];
}

function readBuffer(input: SectionBuffersInput, budget: ByteBudget, { name, offset, pageSize: said, cpus: places }: BufferPlace): BufferParts {
  const { file, sections, unpack, header, little, values, problems } = input;
  const what = name === "" ? "the main buffer" : `buffer ${JSON.stringify(name)}`;
  const stats = statsOf(values, name);
  let isPacked: boolean;
  try {
    ({ isPacked } = sections.open(SECTION.buffer, offset, what));
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    problems.push({ code: "lost-buffer", message: `${what} cannot be read: ${error.message}`, offset });
    return { name, layout: header, cpus: places.map(({ cpu, offset: at }) => missingData(cpu, at)), stats };
  }
  if (!isPacked) {
    const [first] = places;
    const layout = first === undefined ? header : layoutOf(file.read(first.offset, Math.min(first.size, sampleBytes(header, said))), header, said, little);
    return { name, layout, cpus: places.map((place) => plainData(file, place, layout.pageSize, { budget, problems, what })), stats };
  }
  const packed = { file, unpack, header, said, little, budget, problems, what };
  const cpus: CpuData[] = [];
  let layout: HeaderPage | undefined;
  for (const place of places) {
    const read = packedData(packed, place, layout);
    layout = read.layout;
    cpus.push(read.data);
  }
  return { name, layout: layout ?? header, cpus, stats };
}
