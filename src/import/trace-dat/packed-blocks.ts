/** Where are the packed blocks of one CPU, or of a text? `u32 count`, then per block `u32 packed size, u32 unpacked size, bytes`. */
import { ImportError } from "../../base/index.ts";
import type { ImportProblem } from "../../trace/index.ts";
import { ByteReader } from "../byte-reader.ts";
import type { TraceFile } from "../trace-file.ts";
import type { ByteBudget } from "./byte-budget.ts";

export interface PackedBlock {
  /** of the packed bytes */
  readonly offset: number;
  readonly packedSize: number;
  readonly size: number;
}

/** trace-cmd packs some ten pages at once; the largest sub-buffer has 8 MiB. */
export const MAX_BLOCK_BYTES = 128 << 20;

/**
 * The blocks that are whole. The count is believed and not the size that a table gives: trace-cmd before 3.2 wrote it short
 * (https://bugzilla.kernel.org/show_bug.cgi?id=217367). Never throws.
 */
export function findBlocks(
  file: TraceFile,
  offset: number,
  { little, budget, what, cpu }: { little: boolean; budget: ByteBudget; what: string; cpu?: number },
): { blocks: PackedBlock[]; problem: ImportProblem | undefined } {
  const blocks: PackedBlock[] = [];
  const reader = (at: number, size: number): ByteReader => new ByteReader(file.read(at, size), { file: file.name, little, start: at });
  let at = offset;
  const stop = (code: string, message: string): { blocks: PackedBlock[]; problem: ImportProblem } => ({
    blocks,
    problem: { code, message: `${what} ${message}`, offset: at, ...(cpu === undefined ? {} : { cpu }) },
  });
  try {
    const count = reader(at, 4).u32("the number of packed blocks");
    at += 4;
    for (let index = 0; index < count; index++) {
      const head = reader(at, 8);
      const packedSize = head.u32("the size of a packed block");
      const size = head.u32("the size of an unpacked block");
      if (at + 8 + packedSize > file.size) return stop("truncated", `ends after ${index} of ${count} packed blocks`);
      if (size > MAX_BLOCK_BYTES || !budget.takeUnpacked(size))
        return stop("bad-size", `unpacks to more than is believable, ${size} bytes from ${packedSize} in one block`);
      if (!budget.takeStored(packedSize + 8)) return stop("overlap", "lies over that of others and is read up to there only");
      blocks.push({ offset: at + 8, packedSize, size });
      at += 8 + packedSize;
    }
    return { blocks, problem: undefined };
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    return stop("truncated", `ends after ${blocks.length} packed blocks`);
  }
}
