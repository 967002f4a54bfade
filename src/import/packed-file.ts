/** Is the whole file packed? gzip and zstd are unpacked here; of others the user learns the command. */
import { constants, gunzipSync } from "node:zlib";
import { ImportError } from "../base/index.ts";
import type { ImportProblem } from "../trace/index.ts";
import { isZstd, makeUnzstd } from "./unpack/index.ts";

interface Packing {
  readonly name: string;
  /** what unpacks it */
  readonly command: string;
  readonly magic: readonly number[];
}

const PACKINGS: readonly Packing[] = [
  { name: "gzip", command: "gzip -d", magic: [0x1f, 0x8b] },
  { name: "zstd", command: "zstd -d", magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: "xz", command: "xz -d", magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0] },
  { name: "bzip2", command: "bzip2 -d", magic: [0x42, 0x5a, 0x68] },
  { name: "lz4", command: "lz4 -d", magic: [0x04, 0x22, 0x4d, 0x18] },
  { name: "zip", command: "unzip", magic: [0x50, 0x4b, 3, 4] },
];

/** Recordings shrink to a tenth, idle ones to a hundredth. What grows more was made to, and must not take the memory. */
const limitOf = (packed: number): number => Math.min(1 << 30, (128 << 20) + 200 * packed);

export const packingOf = (head: Uint8Array): Packing | undefined => PACKINGS.find(({ magic }) => magic.every((byte, index) => head[index] === byte));

/** The bytes of a file that is not packed, or what it unpacks to. Throws ImportError `bad-gzip`, `bad-zstd`, `packed`. */
export function unpackWhole(bytes: Uint8Array, file: string): { bytes: Uint8Array; problems: readonly ImportProblem[] } {
  const packing = packingOf(bytes);
  if (packing === undefined) return { bytes, problems: [] };
  const { name, command } = packing;
  if (name === "gzip") return gunzip(bytes, file);
  if (name !== "zstd" || !isZstd(bytes))
    throw new ImportError("packed", `the file is packed with ${name}, which is not unpacked here: unpack it first with ${command}`, { file, offset: 0 });
  try {
    return { bytes: makeUnzstd()(bytes, limitOf(bytes.length)), problems: [] };
  } catch (cause) {
    throw new ImportError("bad-zstd", "the file is packed with zstd and cannot be unpacked", { file, offset: 0, cause });
  }
}

function gunzip(bytes: Uint8Array, file: string): { bytes: Uint8Array; problems: readonly ImportProblem[] } {
  const maxOutputLength = limitOf(bytes.length);
  try {
    return { bytes: gunzipSync(bytes, { maxOutputLength }), problems: [] };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "Z_BUF_ERROR") throw badGzip(file, cause);
  }
  try {
    // cut off: what is there is worth having
    const partial = gunzipSync(bytes, { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH });
    if (partial.length === 0) throw badGzip(file, undefined);
    const message = `the packed file ends too early: what is there unpacks to ${partial.length} bytes`;
    return { bytes: partial, problems: [{ code: "truncated", message, offset: bytes.length }] };
  } catch (cause) {
    throw cause instanceof ImportError ? cause : badGzip(file, cause);
  }
}

const badGzip = (file: string, cause: unknown): ImportError =>
  new ImportError("bad-gzip", "the file is packed with gzip and cannot be unpacked", { file, offset: 0, ...(cause === undefined ? {} : { cause }) });
