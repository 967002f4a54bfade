/** Equal stacks share one id; id 0 is the empty stack. */

/** as the importer of records cuts them */
const MAX_FRAMES = 256;

export class StackInterner {
  readonly stacks: Float64Array[] = [new Float64Array()];
  /** hash -> ids */
  readonly #ids = new Map<number, number[]>();

  intern(frames: readonly number[]): number {
    const depth = Math.min(frames.length, MAX_FRAMES);
    if (depth === 0) return 0;
    let hash = depth;
    for (let index = 0; index < depth; index++) {
      const address = frames[index] as number;
      hash = Math.imul(hash ^ (address | 0) ^ ((address / 4294967296) | 0), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    const known = this.#ids.get(hash);
    const found = known?.find((id) => isEqual(this.stacks[id] as Float64Array, frames, depth));
    if (found !== undefined) return found;
    const id = this.stacks.length;
    this.stacks.push(Float64Array.from(frames.slice(0, depth)));
    if (known) known.push(id);
    else this.#ids.set(hash, [id]);
    return id;
  }
}

function isEqual(stack: Float64Array, frames: readonly number[], depth: number): boolean {
  if (stack.length !== depth) return false;
  for (let index = 0; index < depth; index++) if (stack[index] !== frames[index]) return false;
  return true;
}
