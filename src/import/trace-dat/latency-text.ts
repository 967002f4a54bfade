/** What did a latency tracer leave? The text of the `trace` file, plain or in packed blocks. */
import type { ImportProblem } from "../../trace/index.ts";
import type { TraceFile } from "../trace-file.ts";
import type { Unpack } from "../unpack/index.ts";
import { ByteBudget } from "./byte-budget.ts";
import { findBlocks } from "./packed-blocks.ts";

/** The largest ring buffers give texts of some MB. */
const MAX_TEXT_BYTES = 128 << 20;

export function plainText(file: TraceFile, offset: number, end: number, problems: ImportProblem[]): string {
  const size = Math.min(Math.max(0, end - offset), MAX_TEXT_BYTES);
  const bytes = file.read(offset, size);
  if (offset + bytes.length < end)
    problems.push({ code: "truncated", message: `a latency tracer's text ends after ${bytes.length} of ${end - offset} bytes`, offset: offset + bytes.length });
  return new TextDecoder().decode(bytes);
}

/** Throws ImportError when a block cannot be unpacked: a text with a hole in it would be read as if it had none. */
export function packedText(file: TraceFile, offset: number, little: boolean, unpack: Unpack, problems: ImportProblem[]): string {
  const { blocks, problem } = findBlocks(file, offset, { little, budget: new ByteBudget(file.size), what: "a latency tracer's text" });
  if (problem !== undefined) problems.push(problem);
  const decoder = new TextDecoder();
  let text = "";
  for (const block of blocks) {
    if (text.length + block.size > MAX_TEXT_BYTES) {
      problems.push({ code: "truncated", message: `a latency tracer's text is longer than ${MAX_TEXT_BYTES} bytes and is cut off`, offset: block.offset });
      break;
    }
    const bytes = unpack(file.read(block.offset, block.packedSize), block.size, "a latency tracer's text", { file: file.name, offset: block.offset });
    text += decoder.decode(bytes, { stream: true });
  }
  return text + decoder.decode();
}
