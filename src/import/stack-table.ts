/** Interns kernel stacks: equal stacks share one id. Id 0 is the empty stack. */
import type { RecordSource } from "./record-decoder.ts";

/** Longer ones are cut; the kernel's own limit is 128 (PERF_MAX_STACK_DEPTH) to 1024 frames. */
const MAX_FRAMES = 256;

export class StackTable {
  readonly stacks: Float64Array[] = [new Float64Array()];
  readonly #ids = new Map<string, number>();
  readonly #scratch = new Float64Array(MAX_FRAMES);

  /** Reads kernel longs from byte `at` up to `end`, to the first all-ones entry. Addresses keep their low 52 bits. */
  read(source: RecordSource, at: number, end: number): number {
    let depth = 0;
    for (let offset = at; offset + source.longSize <= end && depth < MAX_FRAMES; offset += source.longSize) {
      const low = source.view.getUint32(offset, true);
      const high = source.longSize === 8 ? source.view.getUint32(offset + 4, true) : 0;
      if (low === 0xffffffff && (source.longSize === 4 || high === 0xffffffff)) break;
      const address = (high & 0xfffff) * 4294967296 + low;
      if (address === 0) break;
      this.#scratch[depth++] = address;
    }
    if (depth === 0) return 0;
    const frames = this.#scratch.subarray(0, depth);
    const key = frames.join();
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.stacks.length;
      this.stacks.push(frames.slice());
      this.#ids.set(key, id);
    }
    return id;
  }
}
