/** Interns byte strings of records without making a JS string for one seen before. */
import type { StringTable } from "../base/index.ts";

/** Places of the cache for task names: 16 bytes, compared as 4 words. A machine has a few hundred names. */
const NAME_SLOTS = 4096;
/** Bytes are not always UTF-8: a task may call itself anything. What is not becomes U+FFFD. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class ByteStrings {
  readonly #strings: StringTable;
  /** open addressing, grows at half load; values are string ids + 1, 0 = free */
  #slots = new Int32Array(1024);
  #hashes = new Int32Array(1024);
  #bytes: (Uint8Array | undefined)[] = new Array<Uint8Array | undefined>(1024);
  #used = 0;
  /** per slot of the cache: 4 words, then id + 1 */
  readonly #names = new Uint32Array(NAME_SLOTS * 5);

  constructor(strings: StringTable) {
    this.#strings = strings;
  }

  /** The id of the 16 bytes at word `w`, as `intern` gives it; one slot per hash, the newest name stays. */
  intern16(bytes: Uint8Array, u32: Uint32Array, w: number): number {
    const a = u32[w] as number;
    const b = u32[w + 1] as number;
    const c = u32[w + 2] as number;
    const d = u32[w + 3] as number;
    const mixed = Math.imul(a ^ Math.imul(b, 0x9e3779b1) ^ Math.imul(c ^ Math.imul(d, 0x85ebca6b), 0xc2b2ae35), 0x27d4eb2f);
    const slot = (mixed >>> 20) * 5;
    const names = this.#names;
    if (names[slot] === a && names[slot + 1] === b && names[slot + 2] === c && names[slot + 3] === d && names[slot + 4] !== 0)
      return (names[slot + 4] as number) - 1;
    const id = this.intern(bytes, w * 4, w * 4 + 16);
    names[slot] = a;
    names[slot + 1] = b;
    names[slot + 2] = c;
    names[slot + 3] = d;
    names[slot + 4] = id + 1;
    return id;
  }

  /** The id of the bytes from `start` up to the first NUL before `end`. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    let stop = start;
    for (; stop < end; stop++) {
      const byte = bytes[stop] as number;
      if (byte === 0) break;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    if (stop === start) return 0;
    const mask = this.#slots.length - 1;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const value = this.#slots[slot] as number;
      if (value === 0) return this.#add(slot, hash, bytes.slice(start, stop));
      if (this.#hashes[slot] === hash && equal(this.#bytes[slot] as Uint8Array, bytes, start, stop)) return value - 1;
    }
  }

  #add(slot: number, hash: number, bytes: Uint8Array): number {
    const id = this.#strings.intern(decoder.decode(bytes));
    this.#slots[slot] = id + 1;
    this.#hashes[slot] = hash;
    this.#bytes[slot] = bytes;
    if (++this.#used * 2 > this.#slots.length) this.#grow();
    return id;
  }

  #grow(): void {
    const [slots, hashes, bytes] = [this.#slots, this.#hashes, this.#bytes];
    const size = slots.length * 2;
    this.#slots = new Int32Array(size);
    this.#hashes = new Int32Array(size);
    this.#bytes = new Array<Uint8Array | undefined>(size);
    for (let from = 0; from < slots.length; from++) {
      if (slots[from] === 0) continue;
      const hash = hashes[from] as number;
      let to = (hash ^ (hash >>> 15)) & (size - 1);
      while (this.#slots[to] !== 0) to = (to + 1) & (size - 1);
      this.#slots[to] = slots[from] as number;
      this.#hashes[to] = hash;
      this.#bytes[to] = bytes[from];
    }
  }
}

function equal(known: Uint8Array, bytes: Uint8Array, start: number, stop: number): boolean {
  if (known.length !== stop - start) return false;
  for (let index = 0; index < known.length; index++) if (known[index] !== bytes[start + index]) return false;
  return true;
}
