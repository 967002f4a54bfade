import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import * as zlib from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unpackerOf } from "./unpacker.ts";
import { isZstd, zstdFrames } from "./zstd-frames.ts";
import { makeUnzstd } from "./zstd.ts";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
/** frames written by zstd 1.5.4 */
const HELLO = hex("28b52ffd 0400 71 0000 68656c6c6f20776f726c64210a34 5f5a2f00".replaceAll(/[^0-9a-f]/g, ""));
const place = { file: "f", offset: 7 };

/** A frame without length: raw blocks, repeated bytes. */
const frame = (...blocks: readonly { type: number; size: number; body: readonly number[] }[]): Uint8Array =>
  Uint8Array.from([
    0x28,
    0xb5,
    0x2f,
    0xfd,
    0,
    0x38,
    ...blocks.flatMap(({ type, size, body }, index) => {
      const header = (size << 3) | (type << 1) | Number(index === blocks.length - 1);
      return [header & 255, (header >> 8) & 255, header >> 16, ...body];
    }),
  ]);
const raw = (...body: number[]) => ({ type: 0, size: body.length, body });
const repeated = (byte: number, size: number) => ({ type: 1, size, body: [byte] });

describe("unzstd in JavaScript", () => {
  const unzstd = makeUnzstd({ native: false });
  const js = (bytes: Uint8Array, limit = 1 << 20): Uint8Array => unzstd(bytes, limit);

  it("joins blocks and frames, and passes skippable frames over", () => {
    const skippable = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9);
    const two = Buffer.concat([frame(raw(97, 98), repeated(99, 3)), skippable, frame(raw(100))]);
    expect(text(js(two))).toBe("abcccd");
    expect(js(new Uint8Array())).toEqual(new Uint8Array());
    expect(js(skippable)).toEqual(new Uint8Array());
  });

  it("gives no byte more than allowed, whatever a frame promises", () => {
    expect(() => js(frame(repeated(1, 131_072), repeated(2, 131_072)), 200_000)).toThrow(RangeError);
    expect(() => js(frame(repeated(1, 2_000_000)))).toThrow(RangeError);
    // says 2^62 bytes
    expect(() => js(hex("28b52ffd e0 0000000000000040 010000"))).toThrow(RangeError);
    // says 2^41 bytes of window
    expect(() => js(hex("28b52ffd 00 f8 010000"))).toThrow(RangeError);
  });

  it("refuses what is cut off, a dictionary and a reserved block", () => {
    const whole = frame(raw(1, 2, 3));
    for (let size = 1; size < whole.length; size++) expect(() => js(whole.subarray(0, size))).toThrow(Error);
    expect(() => js(hex("28b52ffd 21 07 01 090000 61"))).toThrow(Error);
    expect(() => js(frame({ type: 3, size: 1, body: [1] }))).toThrow(Error);
  });

  it("stops in time when a block asks for copies without end", () => {
    // 98 303 sequences of codes that need no bits: each copies 131 071 literals and 131 074 bytes of match
    const sequences = [0, 255, 255, 255, 0b0101_0100, 35, 0, 52, ...Array.from({ length: 400 }, () => 255)];
    const block = { type: 2, size: sequences.length, body: sequences };
    const began = performance.now();
    const own = makeUnzstd({ native: false });
    // the time is for a whole file, not for each block of it
    for (let turn = 0; turn < 20; turn++) expect(() => own(frame(block), 1 << 20)).toThrow(RangeError);
    expect(performance.now() - began).toBeLessThan(4000);
  });

  it("survives any bytes behind a good header", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(0, 1, 2), (body, type) => {
        try {
          expect(js(frame({ type, size: body.length, body: [...body] })).length).toBeLessThanOrEqual(1 << 20);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 2000, seed: 3 },
    );
  });
});

describe("zstdFrames", () => {
  it("tells frames of zstd from others", () => {
    expect(isZstd(HELLO)).toBe(true);
    expect(isZstd(new Uint8Array())).toBe(false);
    expect([...zstdFrames(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9))]).toEqual([undefined]);
  });
});

describe("unpackerOf", () => {
  const packed = deflateSync("twelve bytes");

  it("unpacks zlib to exactly the length that the file says", () => {
    const unpack = unpackerOf("zlib", place);
    expect(text(unpack(packed, 12, "a part", place))).toBe("twelve bytes");
    for (const size of [11, 13]) expect(() => unpack(packed, size, "a part", place)).toThrow(expect.objectContaining({ code: "bad-packing", offset: 7 }));
    expect(() => unpack(packed.subarray(0, 9), 12, "a part", place)).toThrow("a part is packed with zlib and cannot be unpacked (f, offset 7)");
  });

  it("names what it cannot unpack, and only when asked to", () => {
    const unpack = unpackerOf("lzo", place);
    expect(() => unpack(packed, 12, "a part", place)).toThrow(
      expect.objectContaining({ code: "unknown-compression", message: 'the file is packed with "lzo", which cannot be unpacked here (f, offset 7)' }),
    );
    expect(() => unpackerOf("none", place)(packed, 12, "a part", place)).toThrow(/marked as packed/);
  });
});

it("Node's own decoder and the one in JavaScript agree", (context) => {
  const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Uint8Array) => Uint8Array };
  if (zstdCompressSync === undefined) return context.skip("this Node has no zstd");
  const source = readFileSync(new URL("unpack.test.ts", import.meta.url));
  const [native, js] = [makeUnzstd(), makeUnzstd({ native: false })];
  for (const bytes of [source, Buffer.alloc(400_000, "abc"), Buffer.concat(Array.from({ length: 60 }, () => source))]) {
    const packed = zstdCompressSync(bytes);
    for (const unzstd of [native, js]) {
      expect(
        Buffer.from(unzstd(Buffer.concat([packed, frame(raw(7)), packed]), 2 * bytes.length + 1)).equals(Buffer.concat([bytes, Buffer.of(7), bytes])),
      ).toBe(true);
      expect(Buffer.from(unzstd(packed, bytes.length)).equals(bytes)).toBe(true);
      expect(() => unzstd(packed, bytes.length - 1)).toThrow(Error);
    }
  }
});
