/**
 * A CPU's sub-buffers that lie in the file in packed blocks. They are unpacked once when the file is opened, so that what cannot be
 * unpacked is known from the start; what is too much for memory is unpacked again whenever it is asked for.
 */
import { ImportError } from "../../base/index.ts";
import type { ImportProblem } from "../../trace/index.ts";
import type { HeaderPage } from "../header-page.ts";
import type { FilePiece, TraceFile } from "../trace-file.ts";
import type { Unpack } from "../unpack/index.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { missingData, type CpuPlace } from "./plain-data.ts";
import { findBlocks, type PackedBlock } from "./packed-blocks.ts";
import type { CpuData } from "./parts.ts";
import { layoutOf, sampleBytes } from "./sub-buffer-size.ts";

/** RB_MISSED_EVENTS (kernel/trace/ring_buffer.c) */
const MISSED_EVENTS = 0x80000000;

export interface PackedInput {
  readonly file: TraceFile;
  readonly unpack: Unpack;
  readonly header: HeaderPage;
  /** size of a sub-buffer as the file says it of this buffer */
  readonly said: number;
  readonly little: boolean;
  readonly budget: ByteBudget;
  readonly problems: ImportProblem[];
  /** the buffer, for a sentence */
  readonly what: string;
}

/** Like an unpacked block, or undefined in place of one that is lost. */
interface Block extends PackedBlock {
  readonly bytes: Uint8Array | undefined;
}

/** `layout` undefined = no CPU of the buffer has shown yet how large its sub-buffers are. */
export function packedData(input: PackedInput, { cpu, offset }: CpuPlace, layout: HeaderPage | undefined): { data: CpuData; layout: HeaderPage | undefined } {
  const { file, header, little, budget, problems } = input;
  const what = `${input.what}: the data of CPU ${cpu}`;
  const { blocks, problem } = findBlocks(file, offset, { little, budget, what, cpu });
  if (problem !== undefined) problems.push(problem);
  const report = (error: ImportError): void => {
    problems.push({ code: error.code, message: error.message, cpu, offset: error.offset ?? offset });
  };
  const isKept = budget.takeKept(blocks.reduce((sum, { size }) => sum + size, 0));
  const lost = new Set<number>();
  const kept: Block[] = [];
  let known = layout;
  for (const [index, block] of blocks.entries()) {
    const bytes = unpackBlock(input, block, what, report);
    if (bytes === undefined) lost.add(index);
    else known ??= layoutOf(bytes.subarray(0, sampleBytes(header, input.said)), header, input.said, little);
    if (isKept) kept.push({ ...block, bytes });
  }
  if (known === undefined || lost.size === blocks.length)
    return { data: { ...missingData(cpu, offset), truncated: problem !== undefined || lost.size > 0 }, layout };
  const chosen = known;
  const again = function* (): Iterable<Block> {
    for (const [index, block] of blocks.entries()) yield { ...block, bytes: lost.has(index) ? undefined : unpackBlock(input, block, what, rethrow) };
  };
  const whole = isKept ? [...piecesOf(kept, chosen, little)] : undefined;
  const size = blocks.reduce((sum, block, index) => sum + (lost.has(index) ? 0 : block.size), 0);
  const truncated = problem !== undefined || lost.has(blocks.length - 1);
  return { data: { cpu, offset, size, truncated, pieces: () => whole ?? piecesOf(again(), chosen, little) }, layout: chosen };
}

function unpackBlock(
  { file, unpack }: PackedInput,
  { offset, packedSize, size }: PackedBlock,
  what: string,
  failed: (error: ImportError) => void,
): Uint8Array | undefined {
  try {
    return unpack(file.read(offset, packedSize), size, `${what}, a block`, { file: file.name, offset });
  } catch (error) {
    // a way of packing that is not known is no damage of this block
    if (!(error instanceof ImportError) || error.code !== "bad-packing") throw error;
    failed(error);
    return undefined;
  }
}

function rethrow(error: ImportError): never {
  throw error;
}

/** Whole sub-buffers, also when one begins in one block and ends in the next. A piece is said to be where its block is. */
function* piecesOf(blocks: Iterable<Block>, layout: HeaderPage, little: boolean): Iterable<FilePiece> {
  let rest: Uint8Array = new Uint8Array();
  let isLost = false;
  let offset = 0;
  for (const block of blocks) {
    offset = block.offset;
    if (block.bytes === undefined) {
      rest = new Uint8Array();
      isLost = true;
      continue;
    }
    const whole = alignedJoin([isLost ? lostPage(block.bytes, layout, little) : rest, block.bytes]);
    isLost = false;
    const end = whole.length - (whole.length % layout.pageSize);
    if (end > 0) yield { offset, bytes: whole.subarray(0, end) };
    rest = whole.subarray(end);
  }
  if (rest.length > 0) yield { offset, bytes: alignedJoin([rest]) };
}

/** An empty sub-buffer with the mark that events were lost, of the time of the one after. Readers need no other word for a hole. */
function lostPage(after: Uint8Array, { pageSize, commitOffset, longSize }: HeaderPage, little: boolean): Uint8Array {
  const page = new Uint8Array(pageSize);
  if (after.length < 8) return page;
  page.set(after.subarray(0, 8));
  new DataView(page.buffer).setUint32(commitOffset + (longSize === 8 && !little ? 4 : 0), MISSED_EVENTS, little);
  return page;
}

/** Begins at a multiple of 4 of its memory. */
function alignedJoin(parts: readonly Uint8Array[]): Uint8Array {
  const filled = parts.filter(({ length }) => length > 0);
  const [only] = filled;
  if (filled.length === 1 && only !== undefined && only.byteOffset % 4 === 0) return only;
  const joined = new Uint8Array(filled.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of filled) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
