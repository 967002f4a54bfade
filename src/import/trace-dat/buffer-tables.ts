/** Where are the pages of each buffer and CPU in a version 6? In tables behind `flyrecord`, of the main buffer and of each instance. */
import { ImportError } from "../../base/index.ts";
import type { ImportProblem } from "../../trace/index.ts";
import { ByteReader } from "../byte-reader.ts";
import type { HeaderPage } from "../header-page.ts";
import type { TraceFile } from "../trace-file.ts";
import { ByteBudget } from "./byte-budget.ts";
import { checkCpus } from "./check-cpus.ts";
import { readV6Options, type InstancePlace } from "./v6-options.ts";
import { statsOf, type OptionValues } from "./option-values.ts";
import type { BufferParts, CpuData } from "./parts.ts";
import { missingData, plainData, type CpuPlace } from "./plain-data.ts";
import { layoutOf, sampleBytes } from "./sub-buffer-size.ts";

/** An instance's options and table: 8192 CPUs take 128 KiB. */
const INSTANCE_HEAD_BYTES = 1 << 20;

export interface TablesInput {
  readonly file: TraceFile;
  readonly header: HeaderPage;
  /** size of a sub-buffer as the head of the file says it */
  readonly said: number;
  readonly values: OptionValues;
  readonly instances: readonly InstancePlace[];
  readonly problems: ImportProblem[];
}

/** `reader` stands before the main buffer's table, whose end cannot be guessed: there it throws. A broken instance is a problem. */
export function readTables(input: TablesInput, reader: ByteReader, cpus: number): BufferParts[] {
  const { file, header, values, instances, problems } = input;
  const budget = new ByteBudget(file.size);
  reader.expect("flyrecord\0", "no-flyrecord", "the table of the main buffer's data is missing");
  const buffers = [bufferOf(input, budget, "", readTable(reader, cpus), reader.little)];
  for (const { name, offset } of instances) {
    const what = `buffer ${JSON.stringify(name)}`;
    try {
      const instance = new ByteReader(file.read(offset, INSTANCE_HEAD_BYTES), { file: file.name, little: reader.little, start: offset });
      // an instance of another machine has its own number of CPUs
      const own = instance.accept("options  \0") ? readV6Options(instance, problems).values.cpus : undefined;
      instance.expect("flyrecord\0", "no-flyrecord", `the table of the data of ${what} is missing`);
      buffers.push(bufferOf(input, budget, name, readTable(instance, checkCpus(own ?? cpus, file.name, offset)), reader.little));
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      problems.push({ code: "lost-buffer", message: `${what} cannot be read: ${error.message}`, offset });
      const none = Array.from({ length: cpus }, (_, cpu) => missingData(cpu, file.size));
      buffers.push({ name, layout: header, cpus: none, stats: statsOf(values, name) });
    }
  }
  return buffers;
}

function readTable(reader: ByteReader, cpus: number): CpuPlace[] {
  const places: CpuPlace[] = [];
  for (let cpu = 0; cpu < cpus; cpu++) places.push({ cpu, offset: reader.u64("the place of a CPU's data"), size: reader.u64("the size of a CPU's data") });
  return places.filter(({ size }) => size > 0);
}

function bufferOf(
  { file, header, said, values, problems }: TablesInput,
  budget: ByteBudget,
  name: string,
  places: readonly CpuPlace[],
  little: boolean,
): BufferParts {
  const first = places[0];
  const sample = first === undefined ? new Uint8Array() : file.read(first.offset, Math.min(first.size, sampleBytes(header, said)));
  const layout = first === undefined ? header : layoutOf(sample, header, said, little);
  const what = name === "" ? "the main buffer" : `buffer ${JSON.stringify(name)}`;
  const cpus: CpuData[] = places.map((place) => plainData(file, place, layout.pageSize, { budget, problems, what }));
  return { name, layout, cpus, stats: statsOf(values, name) };
}
