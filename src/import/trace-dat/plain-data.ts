/** A CPU's sub-buffers that lie in the file as the kernel gave them. */
import type { ImportProblem } from "../../trace/index.ts";
import type { TraceFile } from "../trace-file.ts";
import type { ByteBudget } from "./byte-budget.ts";
import type { CpuData } from "./parts.ts";

export interface CpuPlace {
  readonly cpu: number;
  readonly offset: number;
  /** bytes in the file; a writer may have said too few of packed data */
  readonly size: number;
}

/** What is cut off or lies over the data of another CPU becomes a problem. `what`: the buffer, for a sentence. */
export function plainData(
  file: TraceFile,
  { cpu, offset, size }: CpuPlace,
  pageSize: number,
  { budget, problems, what }: { budget: ByteBudget; problems: ImportProblem[]; what: string },
): CpuData {
  const inFile = Math.max(0, Math.min(size, file.size - offset));
  if (!budget.takeStored(inFile)) {
    problems.push({ code: "overlap", message: `${what}: the data of CPU ${cpu} lies over that of others and is left out`, cpu, offset });
    return missingData(cpu, offset);
  }
  const truncated = inFile < size;
  if (truncated) problems.push({ code: "truncated", message: `${what}: the data of CPU ${cpu} ends after ${inFile} of ${size} bytes`, cpu, offset });
  return { cpu, offset, size: inFile, truncated, pieces: () => file.pieces(offset, inFile, pageSize) };
}

/** A CPU whose data cannot be had. */
export const missingData = (cpu: number, offset: number): CpuData => ({ cpu, offset, size: 0, truncated: true, pieces: () => [] });
