/**
 * Where do the frames of zstd data begin and end, and do they keep to the format's own limits? (RFC 8878, 3.1.1)
 *
 *   frame: magic | descriptor | window | dictionary id | content size | blocks | checksum        skippable frame: magic | size | bytes
 *   block: 3 bytes: last (1 bit), type (2: raw, one byte repeated, compressed, reserved), size (21)
 *
 * The decoder written in JavaScript believes what a frame says of itself. Here its words are held against its bytes first.
 */

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a5;
export const MAX_BLOCK = 128 << 10;
/** What the reference decoder refuses by default: 2^27. */
const MAX_WINDOW = 1 << 27;

export interface ZstdFrame {
  /** bytes that the reader has to remember */
  readonly window: number;
  /** undefined = the frame does not say */
  readonly contentSize: number | undefined;
  /** all of it */
  readonly whole: Uint8Array;
  /** the blocks, without the frame's header and checksum */
  readonly blocks: Uint8Array;
}

export const isZstd = (bytes: Uint8Array): boolean => bytes.length >= 4 && word(bytes, 0) === MAGIC;

/** The frames in order. `undefined` in place of one that is not whole or breaks the format; nothing comes after it. */
export function* zstdFrames(bytes: Uint8Array): Iterable<ZstdFrame | undefined> {
  let at = 0;
  while (at < bytes.length) {
    if (at + 8 <= bytes.length && word(bytes, at) >>> 4 === SKIPPABLE) {
      at += 8 + word(bytes, at + 4);
      continue;
    }
    const found = readFrame(bytes, at);
    yield found?.frame;
    if (found === undefined) return;
    at = found.end;
  }
}

function readFrame(bytes: Uint8Array, start: number): { frame: ZstdFrame; end: number } | undefined {
  if (start + 6 > bytes.length || word(bytes, start) !== MAGIC) return undefined;
  const descriptor = bytes[start + 4] as number;
  const isSingle = (descriptor & 32) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number;
  const contentBytes = descriptor >> 6 === 0 ? Number(isSingle) : 1 << (descriptor >> 6);
  // a dictionary is data that we do not have
  if ((descriptor & 8) !== 0 || dictionaryBytes > 0) return undefined;
  let at = start + 5;
  let window = 0;
  if (!isSingle) {
    const code = bytes[at++] as number;
    window = 2 ** (10 + (code >> 3)) * (1 + (code & 7) / 8);
  }
  if (at + contentBytes > bytes.length) return undefined;
  const contentSize = contentBytes === 0 ? undefined : littleEndian(bytes, at, contentBytes) + (contentBytes === 2 ? 256 : 0);
  at += contentBytes;
  if (isSingle) window = contentSize ?? 0;
  if (window > MAX_WINDOW && !isSingle) return undefined;
  const end = endOfBlocks(bytes, at);
  if (end === undefined) return undefined;
  const checksumBytes = (descriptor & 4) === 0 ? 0 : 4;
  if (end + checksumBytes > bytes.length) return undefined;
  return { frame: { window, contentSize, whole: bytes.subarray(start, end + checksumBytes), blocks: bytes.subarray(at, end) }, end: end + checksumBytes };
}

function endOfBlocks(bytes: Uint8Array, start: number): number | undefined {
  for (let at = start; at + 3 <= bytes.length;) {
    const header = littleEndian(bytes, at, 3);
    const size = header >> 3;
    const type = (header >> 1) & 3;
    if (type === 3 || size > MAX_BLOCK) return undefined;
    at += 3 + (type === 1 ? 1 : size);
    if (at > bytes.length) return undefined;
    if ((header & 1) !== 0) return at;
  }
  return undefined;
}

const word = (bytes: Uint8Array, at: number): number => littleEndian(bytes, at, 4);

function littleEndian(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let index = size - 1; index >= 0; index--) value = value * 256 + (bytes[at + index] as number);
  return value;
}
