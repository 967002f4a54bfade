/**
 * Which buffer's records of an event count? A capture records some events twice (sched_switch in the wide and, for its stacks, in
 * the deep buffer). The first buffer that holds records of an event owns it; buffers come as in the file, the main one first. Only
 * `print` and `kernel_stack` are taken from all buffers: the same one is never written to two.
 */
import { SubBufferWalker } from "./ring-buffer/sub-buffer-walker.ts";
import type { BufferParts } from "./trace-dat/parts.ts";

export const FROM_ALL_BUFFERS: ReadonlySet<string> = new Set(["print", "kernel_stack"]);

/** For each buffer the event ids that a buffer before it holds. */
export function ownedElsewhere(buffers: readonly BufferParts[], little: boolean): ReadonlySet<number>[] {
  const before = new Set<number>();
  return buffers.map((buffer, index) => {
    const owned = new Set(before);
    if (index < buffers.length - 1) for (const id of idsOf(buffer, little)) before.add(id);
    return owned;
  });
}

function idsOf({ cpus, layout }: BufferParts, little: boolean): Set<number> {
  const ids = new Set<number>();
  for (const data of cpus) {
    const walker = new SubBufferWalker({ pieces: data.pieces(), layout, little, base: { low: 0, high: 0 } });
    while (walker.next()) for (let index = 0; index < walker.length; index++) ids.add(walker.ids[index] as number);
  }
  return ids;
}
