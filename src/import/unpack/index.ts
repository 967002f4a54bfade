export { unpackerOf, type Place, type Unpack } from "./unpacker.ts";
export { isZstd } from "./zstd-frames.ts";
export { makeUnzstd } from "./zstd.ts";
