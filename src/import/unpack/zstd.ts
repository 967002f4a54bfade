/**
 * How is zstd data unpacked? By Node where it can (22.15, 23.8 and newer), else by the package fzstd, which is loaded only then.
 * fzstd trusts its input: its frames are checked first, its output is counted as it comes, and it may not run for long
 * (a few bytes can ask it for hours of copying outside its buffers).
 */
import { createRequire } from "node:module";
import { createContext, Script } from "node:vm";
import * as zlib from "node:zlib";
import type * as Fzstd from "fzstd";
import { MAX_BLOCK, zstdFrames, type ZstdFrame } from "./zstd-frames.ts";

type Unzstd = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

/** A whole file may take that much longer than what a slow machine needs for its packed bytes. */
const SPARE_MS = 1000;
const MS_PER_PACKED_BYTE = 1 / 300;

/** The function throws whatever the decoder throws for bad data and for more than `limit` bytes. Make one for a whole file: it is not free. */
export function makeUnzstd(options: { native?: boolean } = {}): (bytes: Uint8Array, limit: number) => Uint8Array {
  const native = options.native === false ? undefined : (zlib as { zstdDecompressSync?: Unzstd }).zstdDecompressSync;
  // it reads one frame and passes over what comes behind
  if (native !== undefined)
    return (bytes, limit) => unpackFrames(bytes, limit, ({ whole }, left, take) => take(native(whole, { maxOutputLength: Math.max(1, left) })));
  const { Decompress } = createRequire(import.meta.url)("fzstd") as typeof Fzstd;
  const runWithin = makeTimeLimit();
  const unpackFrame: UnpackFrame = ({ blocks, window }, left, take) => {
    new Decompress(take).push(withSmallWindow(blocks, Math.min(window, left)), true);
  };
  return (bytes, limit) => runWithin(bytes.length * MS_PER_PACKED_BYTE, () => unpackFrames(bytes, limit, unpackFrame));
}

/** Hands on what is in a frame, part by part; `take` throws for more than `left` bytes. */
type UnpackFrame = (frame: ZstdFrame, left: number, take: (part: Uint8Array) => void) => void;

function unpackFrames(bytes: Uint8Array, limit: number, unpackFrame: UnpackFrame): Uint8Array {
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
    unpackFrame(frame, limit - length, take);
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
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Ends a loop that would not end by itself, by an exception in it. All calls share the spare time. */
function makeTimeLimit(): <T>(ms: number, work: () => T) => T {
  const script = new Script("work()");
  const globals: { work?: () => void } = {};
  const context = createContext(globals);
  let spareMs = SPARE_MS;
  return <T>(ms: number, work: () => T): T => {
    const results: T[] = [];
    globals.work = () => results.push(work());
    const began = performance.now();
    try {
      script.runInContext(context, { timeout: Math.max(1, Math.ceil(ms + spareMs)) });
    } catch (error) {
      // its own error belongs to the other context
      throw (error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT" ? new RangeError("it takes too long") : error;
    } finally {
      delete globals.work;
      spareMs = Math.max(0, spareMs - Math.max(0, performance.now() - began - ms));
    }
    return results[0] as T;
  };
}
