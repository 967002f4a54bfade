import { describe, expect, it } from "vitest";
import { KERNEL } from "../print-fmt/fixtures.ts";
import { binaryPrintf } from "./binary-printf.ts";

/** What vbin_printf() packs, written by hand from its text. */
const packed = (format: string, ...bytes: number[]): string => {
  const memory = Uint8Array.from([0xee, 0xee, 0xee, 0xee, ...bytes, 0xee, 0xee, 0xee, 0xee]);
  return binaryPrintf(format, { bytes: memory, view: new DataView(memory.buffer), little: true, at: 0, end: 4 + bytes.length }, 4, KERNEL);
};
const int = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255];
const text = (value: string): number[] => [...new TextEncoder().encode(value), 0];

describe("binaryPrintf", () => {
  it("aligns ints to 4 bytes behind strings and chars", () => {
    expect(packed("%s %d|", ...text("ab"), 0, ...int(-7))).toBe("ab -7|");
    expect(packed("%c%c%d", 65, 66, 0, 0, ...int(5))).toBe("AB5");
    expect(packed("%s%s", ...text("x"), ...text("yz"))).toBe("xyz");
  });

  it("aligns shorts to 2 and chars not at all, and longs to 4 only", () => {
    expect(packed("%hhu %hu %d", 200, 0, 0x34, 0x12, ...int(9))).toBe("200 4660 9");
    expect(packed("%d %lld %lu", ...int(1), 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0)).toBe("1 4294967297 2");
    expect(packed("%hhx%lx", 0xab, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0)).toBe("ab5");
  });

  it("takes widths and precisions as ints", () => {
    expect(packed("%*d|%.*s|", ...int(4), ...int(7), ...int(2), ...text("abc"))).toBe("   7|ab|");
    expect(packed("%-6s|%5s|%05d", ...text("ab"), ...text("c"), 0, 0, 0, ...int(42))).toBe("ab    |    c|00042");
  });

  it("shows pointers to symbols, and what was shown when it was written as it is", () => {
    const pointer = [0, 1, 0, 0x81, 255, 255, 255, 255];
    expect(packed("%pS %d", ...pointer, ...int(3))).toBe("schedule+0x0/0x80 3");
    expect(packed("%ps|%px|%p", ...pointer, ...pointer, ...pointer)).toBe("schedule|ffffffff81000100|ffffffff81000100");
    expect(packed("%pI4 %d", ...text("10.0.0.1"), 0, 0, 0, ...int(8))).toBe("10.0.0.1 8");
    expect(packed("%*pbl %d", ...int(8), ...text("0-3"), ...int(8))).toBe("0-3 8");
  });

  it("reads what is cut off as nothing", () => {
    expect(packed("%d %s %lld", ...int(1))).toBe("1  0");
    expect(packed("100%% done")).toBe("100% done");
  });
});
