/**
 * How is zstd data unpacked? By Node where it can (22.15, 23.8 and newer), else by the package fzstd, which is loaded only then.
 * fzstd trusts its input: its frames are checked first, its output is counted as it comes, and it may not run for long
 * (a few bytes can ask it for hours of copying outside its buffers).
 */
import { createRequire } from "node:module";
import { createContext, Script } from "node:vm";
import * as zlib from "node:zlib";
import type * as Fzstd from "fzstd";
import { MAX_BLOCK, zstdFrames } from "./zstd-frames.ts";

type Unzstd = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

/** fzstd unpacks some 100 MB in that time. */
const TIME_LIMIT_MS = 1000;
const MS_PER_BYTE = 1 / 10_000;

/** The function throws whatever the decoder throws for bad data and for more than `limit` bytes. Make one for a whole file: it is not free. */
export function makeUnzstd(options: { native?: boolean } = {}): (bytes: Uint8Array, limit: number) => Uint8Array {
  const native = options.native === false ? undefined : (zlib as { zstdDecompressSync?: Unzstd }).zstdDecompressSync;
  if (native !== undefined) return (bytes, limit) => native(bytes, { maxOutputLength: Math.max(1, limit) });
  const { Decompress } = createRequire(import.meta.url)("fzstd") as typeof Fzstd;
  const runWithin = makeTimeLimit();
  return (bytes, limit) => runWithin(TIME_LIMIT_MS + limit * MS_PER_BYTE, () => unpackFrames(bytes, limit, Decompress));
}

function unpackFrames(bytes: Uint8Array, limit: number, Decompress: typeof Fzstd.Decompress): Uint8Array {
  const output: Uint8Array[] = [];
  let length = 0;
  const take = (part: Uint8Array): void => {
    length += part.length;
    if (length > limit) throw new RangeError("more than was said");
    output.push(part);
  };
  for (const frame of zstdFrames(bytes)) {
    if (frame === undefined) throw new RangeError("not a whole frame");
    const before = length;
    new Decompress(take).push(withSmallWindow(frame.blocks, Math.min(frame.window, limit)), true);
    if (frame.contentSize !== undefined && length - before !== frame.contentSize) throw new RangeError("not the length that was said");
  }
  return joined(output, length);
}

/** The same blocks in a frame that says neither length nor checksum, and whose window is no larger than what can be in it. */
function withSmallWindow(blocks: Uint8Array, window: number): Uint8Array {
  // a window of 2^n and m eighths; blocks may be as large as the window, but no larger than 128 KiB
  const wanted = Math.max(window, MAX_BLOCK);
  let exponent = Math.floor(Math.log2(wanted));
  let eighths = Math.ceil((wanted / 2 ** exponent - 1) * 8);
  if (eighths === 8) [exponent, eighths] = [exponent + 1, 0];
  const frame = new Uint8Array(6 + blocks.length);
  frame.set([0x28, 0xb5, 0x2f, 0xfd, 0, ((exponent - 10) << 3) | eighths]);
  frame.set(blocks, 6);
  return frame;
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Ends a loop that would not end by itself, by an exception in it. */
function makeTimeLimit(): <T>(ms: number, work: () => T) => T {
  const script = new Script("work()");
  const globals: { work?: () => void } = {};
  const context = createContext(globals);
  return <T>(ms: number, work: () => T): T => {
    const results: T[] = [];
    globals.work = () => results.push(work());
    try {
      script.runInContext(context, { timeout: Math.ceil(ms) });
    } finally {
      delete globals.work;
    }
    return results[0] as T;
  };
}
