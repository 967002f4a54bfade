/** Reads integers and strings from bytes, in order, and never past the end: a file that lies about its sizes is refused with its offset. */
import { ImportError } from "../base/index.ts";

export class ByteReader {
  readonly bytes: Uint8Array;
  offset: number;
  readonly #view: DataView;
  readonly #little: boolean;
  readonly #file: string;

  constructor(bytes: Uint8Array, options: { file: string; little: boolean; offset?: number }) {
    this.bytes = bytes;
    this.offset = options.offset ?? 0;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = options.little;
    this.#file = options.file;
  }

  get left(): number {
    return this.bytes.length - this.offset;
  }

  /** Reserves `size` bytes and returns where they start. */
  take(size: number, what: string): number {
    if (!(size >= 0 && size <= this.left)) throw new ImportError("truncated", `the file ends inside ${what}: ${size} bytes wanted, ${this.left} left`, { file: this.#file, offset: this.offset });
    const at = this.offset;
    this.offset += size;
    return at;
  }

  u16(what: string): number {
    return this.#view.getUint16(this.take(2, what), this.#little);
  }

  u32(what: string): number {
    return this.#view.getUint32(this.take(4, what), this.#little);
  }

  /** As a double; a value above 2^53 cannot be a size or an offset and is refused. */
  u64(what: string): number {
    const at = this.take(8, what);
    const value = Number(this.#view.getBigUint64(at, this.#little));
    if (value > Number.MAX_SAFE_INTEGER) throw new ImportError("bad-size", `${what} is not a plausible number: ${value}`, { file: this.#file, offset: at });
    return value;
  }

  slice(size: number, what: string): Uint8Array {
    const at = this.take(size, what);
    return this.bytes.subarray(at, at + size);
  }

  text(size: number, what: string): string {
    return latin1(this.slice(size, what));
  }

  /** NUL-terminated; the NUL is consumed. */
  cString(what: string): string {
    const end = this.bytes.indexOf(0, this.offset);
    if (end < 0) throw new ImportError("truncated", `the file ends inside ${what}`, { file: this.#file, offset: this.offset });
    const text = latin1(this.bytes.subarray(this.offset, end));
    this.offset = end + 1;
    return text;
  }

  /** True and consumed when the next bytes are exactly this text. */
  accept(text: string): boolean {
    for (let index = 0; index < text.length; index++) if (this.bytes[this.offset + index] !== text.charCodeAt(index)) return false;
    this.offset += text.length;
    return true;
  }
}

export const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
