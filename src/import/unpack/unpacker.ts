/** How are the packed parts of a recording unpacked? By the name that the file gives; never to more bytes than it says. */
import { inflateSync } from "node:zlib";
import { ImportError } from "../../base/index.ts";
import { makeUnzstd } from "./zstd.ts";

export interface Place {
  readonly file: string;
  readonly offset: number;
}

/** Throws ImportError `bad-packing` unless the bytes unpack to exactly `size`. */
export type Unpack = (bytes: Uint8Array, size: number, what: string, place: Place) => Uint8Array;

/** Throws ImportError when asked to unpack what cannot be; a file that packs nothing is read whatever it names. */
export function unpackerOf(name: string, place: Place): Unpack {
  const decode = name === "zlib" ? inflate : name === "zstd" ? lazyUnzstd() : undefined;
  return (bytes, size, what, at) => {
    if (decode === undefined) throw unknown(name, place);
    let unpacked: Uint8Array;
    try {
      unpacked = size === 0 ? new Uint8Array() : decode(bytes, size);
    } catch (cause) {
      throw new ImportError("bad-packing", `${what} is packed with ${name} and cannot be unpacked`, { ...at, cause });
    }
    if (unpacked.length !== size) throw new ImportError("bad-packing", `${what} unpacks to ${unpacked.length} bytes instead of ${size}`, at);
    return unpacked;
  };
}

/** Made when the first packed part is met. */
function lazyUnzstd(): (bytes: Uint8Array, size: number) => Uint8Array {
  let unzstd: ReturnType<typeof makeUnzstd> | undefined;
  return (bytes, size) => (unzstd ??= makeUnzstd())(bytes, size);
}

const inflate = (bytes: Uint8Array, size: number): Uint8Array => inflateSync(bytes, { maxOutputLength: size });

function unknown(name: string, place: Place): ImportError {
  if (name === "none") return new ImportError("unknown-compression", "a part is marked as packed in a file that packs nothing", place);
  return new ImportError("unknown-compression", `the file is packed with ${JSON.stringify(name.slice(0, 20))}, which cannot be unpacked here`, {
    ...place,
    hint: "trace-cmd can unpack what it wrote: trace-cmd convert --compression none -i FILE -o FILE.unpacked",
  });
}
