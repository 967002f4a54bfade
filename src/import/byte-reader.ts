/** Reads integers and strings from bytes, in order, and never past the end: a file that lies about its sizes is refused with its offset. */
import { ImportError } from "../base/index.ts";

export class ByteReader {
  readonly bytes: Uint8Array;
  readonly little: boolean;
  /** for errors */
  readonly file: string;
  /** in `bytes` */
  #at: number;
  readonly #view: DataView;
  readonly #start: number;

  /** `start`: place of the first byte in the file, `at`: where to begin in the bytes. */
  constructor(bytes: Uint8Array, options: { file: string; little: boolean; start?: number; at?: number }) {
    this.bytes = bytes;
    this.little = options.little;
    this.#at = options.at ?? 0;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.file = options.file;
    this.#start = options.start ?? 0;
  }

  /** Place of the next byte in the file. */
  get offset(): number {
    return this.#start + this.#at;
  }

  get left(): number {
    return this.bytes.length - this.#at;
  }

  /** Reserves `size` bytes and returns where they start in `bytes`. */
  take(size: number, what: string): number {
    if (!(size >= 0 && size <= this.left))
      throw new ImportError("truncated", `the file ends inside ${what}: ${size} bytes wanted, ${this.left} left`, { file: this.file, offset: this.offset });
    const at = this.#at;
    this.#at += size;
    return at;
  }

  u8(what: string): number {
    return this.#view.getUint8(this.take(1, what));
  }

  u16(what: string): number {
    return this.#view.getUint16(this.take(2, what), this.little);
  }

  u32(what: string): number {
    return this.#view.getUint32(this.take(4, what), this.little);
  }

  /** As a double; a value above 2^53 cannot be a size or an offset and is refused. */
  u64(what: string): number {
    const offset = this.offset;
    const value = Number(this.#view.getBigUint64(this.take(8, what), this.little));
    if (value > Number.MAX_SAFE_INTEGER) throw new ImportError("bad-size", `${what} is not a plausible number: ${value}`, { file: this.file, offset });
    return value;
  }

  /** Exactly, unsigned: for stamps and factors, which may be above 2^53. */
  big64(what: string): bigint {
    return this.#view.getBigUint64(this.take(8, what), this.little);
  }

  /** A part with a reader of its own, so that nothing in it can run over its end. */
  part(size: number, what: string): ByteReader {
    const start = this.offset;
    return new ByteReader(this.slice(size, what), { file: this.file, little: this.little, start });
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
    const end = this.bytes.indexOf(0, this.#at);
    if (end < 0) throw new ImportError("truncated", `the file ends inside ${what}`, { file: this.file, offset: this.offset });
    const text = latin1(this.bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return text;
  }

  /** True and consumed when the next bytes are exactly this text. */
  accept(text: string): boolean {
    for (let index = 0; index < text.length; index++) if (this.bytes[this.#at + index] !== text.charCodeAt(index)) return false;
    this.#at += text.length;
    return true;
  }

  /** The same, but refuses anything else. Bytes cut off are `truncated`, other bytes are `code`. */
  expect(text: string, code: string, message: string): void {
    if (this.accept(text)) return;
    if (this.left < text.length)
      throw new ImportError("truncated", `the file ends before ${text.trim().replace("\0", "")}`, { file: this.file, offset: this.offset });
    throw new ImportError(code, message, { file: this.file, offset: this.offset });
  }
}

export const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
