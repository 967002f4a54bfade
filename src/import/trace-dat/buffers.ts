/** Where are the pages of each buffer and CPU? */
import { ImportError } from "../../base/index.ts";
import type { ImportProblem } from "../../trace/index.ts";
import { ByteReader } from "../byte-reader.ts";
import type { TraceFile } from "../trace-file.ts";
import type { HeaderPage } from "../header-page.ts";
import { readOptions } from "./options.ts";
import type { BufferParts, CpuData } from "./parts.ts";

/** An instance's options and table: 8192 CPUs take 128 KiB. */
const INSTANCE_HEAD_BYTES = 1 << 20;

/** `reader` stands before the main buffer's table, whose end cannot be guessed: there it throws. A broken instance is a problem. */
export function readBuffers(
  file: TraceFile,
  reader: ByteReader,
  { cpus, layout, instances }: { cpus: number; layout: HeaderPage; instances: readonly { readonly name: string; readonly offset: number }[] },
): { buffers: BufferParts[]; problems: ImportProblem[] } {
  const problems: ImportProblem[] = [];
  const ranges = new RangeReader(file, cpus, layout.pageSize, problems);
  reader.expect("flyrecord\0", "no-flyrecord", "the table of the main buffer's data is missing");
  const buffers: BufferParts[] = [{ name: "", layout, cpus: ranges.read(reader, "the main buffer") }];
  for (const { name, offset } of instances) {
    const what = `buffer ${JSON.stringify(name)}`;
    try {
      const instance = new ByteReader(file.read(offset, INSTANCE_HEAD_BYTES), { file: file.name, little: reader.little, start: offset });
      if (instance.accept("options  \0")) readOptions(instance);
      instance.expect("flyrecord\0", "no-flyrecord", `the table of the data of ${what} is missing`);
      buffers.push({ name, layout, cpus: ranges.read(instance, what) });
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      problems.push({ code: "lost-buffer", message: `${what} cannot be read: ${error.message}`, offset });
      buffers.push({ name, layout, cpus: Array.from({ length: cpus }, (_, cpu) => ranges.missing(cpu, file.size)) });
    }
  }
  return { buffers, problems };
}

class RangeReader {
  readonly #file: TraceFile;
  readonly #cpus: number;
  readonly #pageSize: number;
  readonly #problems: ImportProblem[];
  /** Data of two CPUs never overlaps: a table that says so would have us read the same bytes again and again. */
  #bytesLeft: number;

  constructor(file: TraceFile, cpus: number, pageSize: number, problems: ImportProblem[]) {
    this.#file = file;
    this.#cpus = cpus;
    this.#pageSize = pageSize;
    this.#problems = problems;
    this.#bytesLeft = file.size;
  }

  read(reader: ByteReader, what: string): CpuData[] {
    const ranges: CpuData[] = [];
    for (let cpu = 0; cpu < this.#cpus; cpu++) {
      const offset = reader.u64("the place of a CPU's data");
      const size = reader.u64("the size of a CPU's data");
      if (size === 0) continue;
      const inFile = Math.max(0, Math.min(size, this.#file.size - offset));
      if (inFile > this.#bytesLeft) {
        this.#problems.push({ code: "overlap", message: `${what}: the data of CPU ${cpu} lies over that of others and is left out`, cpu, offset });
        ranges.push(this.missing(cpu, offset));
        continue;
      }
      this.#bytesLeft -= inFile;
      const truncated = inFile < size;
      if (truncated) this.#problems.push({ code: "truncated", message: `${what}: the data of CPU ${cpu} ends after ${inFile} of ${size} bytes`, cpu, offset });
      ranges.push({ cpu, offset, size: inFile, truncated, pieces: () => this.#file.pieces(offset, inFile, this.#pageSize) });
    }
    return ranges;
  }

  /** A CPU whose data cannot be had. */
  missing(cpu: number, offset: number): CpuData {
    return { cpu, offset, size: 0, truncated: true, pieces: () => [] };
  }
}
