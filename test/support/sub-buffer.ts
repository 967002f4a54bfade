/**
 * One sub-buffer image as a reader of trace_pipe_raw gets it, built item by item, so that tests can also build what
 * is rare or wrong. Layout: the reference of the same name in src/import/ring-buffer.
 */

export interface SubBufferShape {
  readonly pageSize: number;
  readonly longSize: 4 | 8;
  readonly little: boolean;
}

export const DEFAULT_SHAPE: SubBufferShape = { pageSize: 4096, longSize: 8, little: true };

const LONGEST_SMALL_PAYLOAD = 112;
const DELTA_LIMIT = 2 ** 27;

/** Bytes that a payload takes, header included (rb_calculate_event_length). */
export function recordSize(payload: number): number {
  let length = Math.max(1, payload);
  if (length > LONGEST_SMALL_PAYLOAD) length += 4;
  length = (length + 4 + 3) & ~3;
  // room for a time extend and a padding, should the event be discarded
  return length === 12 ? 16 : length;
}

export class SubBuffer {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #shape: SubBufferShape;
  readonly #data: number;
  #commit = 0;

  /** `stamp`: absolute ns of the sub-buffer. */
  constructor(stamp: bigint, shape: SubBufferShape = DEFAULT_SHAPE) {
    this.#shape = shape;
    this.#data = 8 + shape.longSize;
    this.bytes = new Uint8Array(shape.pageSize);
    this.#view = new DataView(this.bytes.buffer);
    this.#view.setBigUint64(0, stamp, shape.little);
  }

  get left(): number {
    return this.#shape.pageSize - this.#data - this.#commit;
  }

  get commit(): number {
    return this.#commit;
  }

  /** One 32-bit word, whatever it means. */
  word(value: number): this {
    this.#view.setUint32(this.#data + this.#commit, value >>> 0, this.#shape.little);
    this.#commit += 4;
    return this;
  }

  header(typeLength: number, delta: number): this {
    return this.word(this.#shape.little ? (delta << 5) | typeLength : (typeLength << 27) | delta);
  }

  /** A data record as the kernel lays it out; `long` forces the form with its own length word. */
  record(delta: number, payload: Uint8Array, long = false): this {
    const room = recordSize(payload.length) - 4;
    if (long || payload.length > LONGEST_SMALL_PAYLOAD) {
      const size = long && payload.length <= LONGEST_SMALL_PAYLOAD ? room + 4 : room;
      this.header(0, delta).word(size);
      this.#put(payload, size - 4);
    } else {
      this.header(room >> 2, delta);
      this.#put(payload, room);
    }
    return this;
  }

  extend(delta: number): this {
    return this.header(30, delta % DELTA_LIMIT).word(Math.floor(delta / DELTA_LIMIT));
  }

  /** An absolute stamp: the low 59 bits of `stamp`. */
  absolute(stamp: bigint): this {
    return this.header(31, Number(stamp & 0x7ffffffn)).word(Number((stamp >> 27n) & 0xffffffffn));
  }

  /** A discarded event: its delta counts. `size` includes its length word. */
  padding(delta: number, size: number): this {
    this.header(29, delta).word(size);
    this.#commit += size - 4;
    return this;
  }

  /** The rest of the sub-buffer is unused. */
  filler(): this {
    return this.header(29, 0);
  }

  /** Writes the commit word. `missed`: events were lost before this sub-buffer, `count` undefined = unknown how many. */
  build(options: { missed?: { count: number | undefined }; commit?: number } = {}): Uint8Array {
    let word = options.commit ?? this.#commit;
    if (options.missed !== undefined) {
      word |= 0x80000000;
      const { count } = options.missed;
      const at = this.#data + this.#commit;
      if (count !== undefined && at + this.#shape.longSize <= this.#shape.pageSize) {
        word |= 0x40000000;
        this.#long(at, count);
      }
    }
    this.#long(8, word >>> 0);
    return this.bytes;
  }

  #put(payload: Uint8Array, room: number): void {
    this.bytes.set(payload, this.#data + this.#commit);
    this.#commit += room;
  }

  #long(at: number, value: number): void {
    if (this.#shape.longSize === 8) this.#view.setBigUint64(at, BigInt(value), this.#shape.little);
    else this.#view.setUint32(at, value, this.#shape.little);
  }
}
