/**
 * A section of a version 7: `u16 id, u16 flags, u32 description, u64 size`, then its body. Flag 1 = the body is one packed block
 * `u32 packed size, u32 unpacked size, bytes` (trace-cmd.dat.v7(5)).
 */
import { ImportError } from "../../base/index.ts";
import { ByteReader } from "../byte-reader.ts";
import type { TraceFile } from "../trace-file.ts";
import type { Unpack } from "../unpack/index.ts";

/** Sections of the same numbers as the options that point to them; descriptions (15), BTF (23) and modules (25) are not needed. */
export const SECTION = { options: 0, buffer: 3, headerInfo: 16, ftraceEvents: 17, eventFormats: 18, kallsyms: 19, printkFormats: 20, cmdlines: 21 } as const;

export interface Section {
  readonly isPacked: boolean;
  /** of the body */
  readonly offset: number;
  readonly size: number;
}

const HEAD_BYTES = 16;
const PACKED = 1;
/** kallsyms of the largest kernels have some 30 MB; all of a machine's formats 5. */
const MAX_BODY_BYTES = 64 << 20;

export class SectionReader {
  readonly #file: TraceFile;
  readonly #little: boolean;
  readonly #unpack: Unpack;

  constructor(file: TraceFile, little: boolean, unpack: Unpack) {
    this.#file = file;
    this.#little = little;
    this.#unpack = unpack;
  }

  /** Throws ImportError unless a section of that id is there. */
  open(id: number, offset: number, what: string): Section {
    const reader = this.#bytes(offset, HEAD_BYTES);
    if (reader.left === 0 && offset > 0)
      throw new ImportError("truncated", `${what} should be at ${offset}, but the file ends at ${this.#file.size}`, { file: this.#file.name, offset });
    const found = reader.u16(`the head of ${what}`);
    if (found !== id)
      throw new ImportError("bad-section", `${what} should be here, but this is a section of kind ${found} instead of ${id}`, {
        file: this.#file.name,
        offset,
      });
    const flags = reader.u16(`the head of ${what}`);
    reader.u32(`the head of ${what}`);
    return { isPacked: (flags & PACKED) !== 0, size: reader.u64(`the size of ${what}`), offset: offset + HEAD_BYTES };
  }

  /** The body of a section other than events and latency text. Places in a packed one are told as that of its first byte and on. */
  body({ isPacked, offset, size }: Section, what: string): ByteReader {
    if (!isPacked) {
      if (size > MAX_BODY_BYTES) throw this.#tooLarge(what, size, offset);
      return this.#bytes(offset, size);
    }
    const head = this.#bytes(offset, 8);
    const packedSize = head.u32(`the packed size of ${what}`);
    const unpackedSize = head.u32(`the size of ${what}`);
    if (unpackedSize > MAX_BODY_BYTES) throw this.#tooLarge(what, unpackedSize, offset);
    const packed = this.#bytes(offset + 8, packedSize);
    const start = packed.offset;
    const bytes = this.#unpack(packed.slice(packedSize, what), unpackedSize, what, { file: this.#file.name, offset: start });
    return new ByteReader(bytes, { file: this.#file.name, little: this.#little, start });
  }

  #bytes(offset: number, size: number): ByteReader {
    return new ByteReader(this.#file.read(offset, size), { file: this.#file.name, little: this.#little, start: offset });
  }

  #tooLarge(what: string, size: number, offset: number): ImportError {
    return new ImportError("bad-size", `${what} says it has ${size} bytes, which is more than any machine's`, { file: this.#file.name, offset });
  }
}
