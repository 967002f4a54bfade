/** Interns kernel stacks: equal stacks share one id. Id 0 is the empty stack. */
import type { PageMemory } from "./ring-buffer/page-memory.ts";

/** Longer ones are cut; the kernel's own limit is 128 (PERF_MAX_STACK_DEPTH) to 1024 frames. */
const MAX_FRAMES = 256;
const ALL_ONES = 0xffffffff;

export class StackTable {
  readonly stacks: Float64Array[] = [new Float64Array()];
  /** hash of the frames -> ids of the stacks that have it */
  readonly #ids = new Map<number, number[]>();
  readonly #scratch = new Float64Array(MAX_FRAMES);

  /** Reads kernel longs from byte `at` up to `end`, to the first all-ones or zero entry. Addresses keep their low 52 bits. */
  read({ view, little }: PageMemory, longSize: 4 | 8, at: number, end: number): number {
    let depth = 0;
    for (let offset = at; offset + longSize <= end && depth < MAX_FRAMES; offset += longSize) {
      const low = view.getUint32(longSize === 8 && !little ? offset + 4 : offset, little);
      const high = longSize === 8 ? view.getUint32(little ? offset + 4 : offset, little) : 0;
      if (low === ALL_ONES && (longSize === 4 || high === ALL_ONES)) break;
      const address = (high & 0xfffff) * 4_294_967_296 + low;
      if (address === 0) break;
      this.#scratch[depth++] = address;
    }
    return this.#intern(this.#scratch.subarray(0, depth));
  }

  /** Of addresses as they are kept. */
  intern(frames: readonly number[]): number {
    return this.#intern(Float64Array.from(frames.slice(0, MAX_FRAMES)));
  }

  #intern(frames: Float64Array): number {
    if (frames.length === 0) return 0;
    let hash = frames.length;
    for (let index = 0; index < frames.length; index++) {
      const address = frames[index] as number;
      hash = Math.imul(hash ^ (address | 0) ^ (address / 4_294_967_296), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    const known = this.#ids.get(hash);
    const found = known?.find((id) => equal(this.stacks[id] as Float64Array, frames));
    if (found !== undefined) return found;
    const id = this.stacks.length;
    this.stacks.push(frames.slice());
    if (known) known.push(id);
    else this.#ids.set(hash, [id]);
    return id;
  }
}

function equal(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}
