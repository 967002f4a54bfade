import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AudioStart } from "./audio-start.ts";
import { wavHeader } from "./test-support/wav.ts";

/** Bytes that had been pushed, one by one, when sound was found; undefined when it never was. */
function foundAfter(bytes: Buffer): number | undefined {
  const audio = new AudioStart();
  for (let index = 0; index < bytes.length; index++) if (audio.push(bytes.subarray(index, index + 1))) return index + 1;
  return undefined;
}

describe("AudioStart", () => {
  it("finds the first sample after a plain 44-byte header", () => {
    const header = wavHeader(100);
    expect(header.length).toBe(44);
    expect(foundAfter(header)).toBeUndefined();
    expect(foundAfter(Buffer.concat([header, Buffer.alloc(4)]))).toBe(45);
  });

  it("walks over other chunks, also of odd size", () => {
    const header = wavHeader(100, [
      { id: "LIST", bytes: Buffer.alloc(27) },
      { id: "fact", bytes: Buffer.alloc(4) },
    ]);
    expect(foundAfter(Buffer.concat([header, Buffer.alloc(4)]))).toBe(header.length + 1);
  });

  it("takes the first byte of anything else: PCM, MP3, Ogg, a RIFF that is not WAVE", () => {
    expect(foundAfter(Buffer.alloc(10))).toBe(1);
    expect(foundAfter(Buffer.from("ID3\u0004"))).toBe(1);
    expect(foundAfter(Buffer.from("OggS"))).toBe(1);
    expect(foundAfter(Buffer.from("RIFX"))).toBe(4);
    expect(foundAfter(Buffer.from("RIFF....AVI ...."))).toBe(12);
  });

  it("does not follow a header that claims megabytes before the data", () => {
    const hostile = Buffer.concat([wavHeader(0).subarray(0, 12), Buffer.from("junk"), Buffer.from([0xff, 0xff, 0xff, 0xff]), Buffer.alloc(8)]);
    expect(foundAfter(hostile)).toBe(20);
  });

  it("finds the same byte however the header is cut", () => {
    const header = wavHeader(8, [{ id: "LIST", bytes: Buffer.alloc(13) }]);
    const whole = Buffer.concat([header, Buffer.alloc(8)]);
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 10 }), (cuts) => {
        const audio = new AudioStart();
        const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
        for (const [index, end] of at.slice(1).entries()) {
          expect(audio.push(whole.subarray(at[index], end))).toBe(end > header.length);
        }
      }),
    );
  });
});
