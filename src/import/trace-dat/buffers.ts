/** Where are the pages of each buffer and CPU? */
import { ImportError } from "../../base/index.ts";
import type { ImportProblem } from "../../trace/index.ts";
import { ByteReader } from "../byte-reader.ts";
import type { TraceFile } from "../trace-file.ts";
import { readOptions } from "./options.ts";

export interface CpuRange {
  readonly cpu: number;
  readonly offset: number;
  /** bytes that are really in the file */
  readonly size: number;
  /** the file says there are more */
  readonly truncated: boolean;
}

export interface TraceDatBufferParts {
  /** "" = main */
  readonly name: string;
  readonly cpus: readonly CpuRange[];
}

/** An instance's options and table: 8192 CPUs take 128 KiB. */
const INSTANCE_HEAD_BYTES = 1 << 20;

/** `reader` stands before the main buffer's table, whose end cannot be guessed: there it throws. A broken instance is a problem. */
export function readBuffers(
  file: TraceFile,
  reader: ByteReader,
  cpus: number,
  instances: readonly { readonly name: string; readonly offset: number }[],
): { buffers: TraceDatBufferParts[]; problems: ImportProblem[] } {
  const problems: ImportProblem[] = [];
  const ranges = new RangeReader(file, cpus, problems);
  reader.expect("flyrecord\0", "no-flyrecord", "the table of the main buffer's data is missing");
  const buffers = [{ name: "", cpus: ranges.read(reader, "the main buffer") }];
  for (const { name, offset } of instances) {
    const what = `buffer ${JSON.stringify(name)}`;
    try {
      const instance = new ByteReader(file.read(offset, INSTANCE_HEAD_BYTES), { file: file.name, little: reader.little, start: offset });
      if (instance.accept("options  \0")) readOptions(instance);
      instance.expect("flyrecord\0", "no-flyrecord", `the table of the data of ${what} is missing`);
      buffers.push({ name, cpus: ranges.read(instance, what) });
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      problems.push({ code: "lost-buffer", message: `${what} cannot be read: ${error.message}`, offset });
      buffers.push({ name, cpus: Array.from({ length: cpus }, (_, cpu) => ({ cpu, offset: file.size, size: 0, truncated: true })) });
    }
  }
  return { buffers, problems };
}

class RangeReader {
  readonly #file: TraceFile;
  readonly #cpus: number;
  readonly #problems: ImportProblem[];
  /** Data of two CPUs never overlaps: a table that says so would have us read the same bytes again and again. */
  #bytesLeft: number;

  constructor(file: TraceFile, cpus: number, problems: ImportProblem[]) {
    this.#file = file;
    this.#cpus = cpus;
    this.#problems = problems;
    this.#bytesLeft = file.size;
  }

  read(reader: ByteReader, what: string): CpuRange[] {
    const ranges: CpuRange[] = [];
    for (let cpu = 0; cpu < this.#cpus; cpu++) {
      const offset = reader.u64("the place of a CPU's data");
      const size = reader.u64("the size of a CPU's data");
      if (size === 0) continue;
      const inFile = Math.max(0, Math.min(size, this.#file.size - offset));
      if (inFile > this.#bytesLeft) {
        this.#problems.push({ code: "overlap", message: `${what}: the data of CPU ${cpu} lies over that of others and is left out`, cpu, offset });
        ranges.push({ cpu, offset, size: 0, truncated: true });
        continue;
      }
      this.#bytesLeft -= inFile;
      const truncated = inFile < size;
      if (truncated) this.#problems.push({ code: "truncated", message: `${what}: the data of CPU ${cpu} ends after ${inFile} of ${size} bytes`, cpu, offset });
      ranges.push({ cpu, offset, size: inFile, truncated });
    }
    return ranges;
  }
}
