/** Is it a trace.dat, and of which version and byte order? The first bytes, the same in all versions (trace-cmd.dat.v6(5), .v7(5)). */
import { ImportError } from "../../base/index.ts";
import { ByteReader } from "../byte-reader.ts";

const MAGIC = "\x17\x08\x44tracing";

export interface Opening {
  readonly version: 6 | 7;
  /** what the writer took for the size of a sub-buffer */
  readonly pageSize: number;
  /** stands behind all that */
  readonly reader: ByteReader;
}

export const isTraceDat = (head: Uint8Array): boolean => Array.from(MAGIC).every((char, index) => head[index] === char.charCodeAt(0));

export function readOpening(head: Uint8Array, file: string): Opening {
  if (head.length < MAGIC.length && isTraceDatStart(head))
    throw new ImportError("truncated", "the file ends inside its magic number", { file, offset: head.length });
  if (!isTraceDat(head)) throw new ImportError("not-trace-dat", "this is not a trace.dat file: it does not begin with its magic number", { file, offset: 0 });
  const little = head[12] !== 1;
  const reader = new ByteReader(head, { file, little, at: MAGIC.length });
  const version = reader.cString("the version");
  if (version !== "6" && version !== "7")
    throw new ImportError("trace-dat-version", `trace.dat version ${JSON.stringify(version.slice(0, 8))} is not known`, {
      file,
      offset: 10,
      hint: "trace-cmd can write version 6 of what it reads: trace-cmd convert --file-version 6 -i FILE -o FILE.v6",
    });
  const endian = reader.u8("the byte order");
  if (endian > 1) throw new ImportError("bad-byte-order", `the byte order is ${endian}, neither little (0) nor big (1)`, { file, offset: 12 });
  // the writer's own, not the recording kernel's: header_page tells that
  reader.u8("the size of long");
  return { version: version === "6" ? 6 : 7, pageSize: reader.u32("the page size"), reader };
}

/** A file that ends inside the magic number. */
export const isTraceDatStart = (head: Uint8Array): boolean => head.length > 0 && head.every((byte, index) => byte === MAGIC.charCodeAt(index));
