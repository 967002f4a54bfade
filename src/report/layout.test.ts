import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { formatMs, formatOffset, formatShare, formatThread, grouped } from "./format-value.ts";
import { padEnd, plainSpaces, truncate, widthOf, wrap } from "./layout.ts";

describe("layout", () => {
  it("counts a Chinese character as two columns", () => {
    expect(widthOf("等待 CPU")).toBe(8);
    expect(widthOf(padEnd("中断", 10))).toBe(10);
    expect(truncate("被占用的线程", 7)).toBe("被占用…");
  });

  it("wraps Chinese between characters, never before a comma, within the width", () => {
    const text = "有 951 ms 已经可以运行，但 CPU 被 stress-ng 占用，这是一个很长的句子。";
    const lines = wrap(text, 20);
    expect(lines.every((line) => widthOf(line) <= 20)).toBe(true);
    expect(lines.every((line) => !/^[，。]/.test(line))).toBe(true);
    expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
  });

  it("keeps indents and cuts a word that fits on no line", () => {
    expect(wrap("aa bb cc", 6, "  ", "   ")).toEqual(["  aa", "   bb", "   cc"]);
    expect(wrap("x".repeat(25), 10)).toEqual(["x".repeat(10), "x".repeat(10), "x".repeat(5)]);
  });
});

describe("values", () => {
  it("shows three figures and groups thousands", () => {
    expect([1_203_412_345, 25_100_000, 3_421_000, 71_000, 0, 123_456_000_000, -951_000_000].map((ns) => plainSpaces(formatMs(ns)))).toEqual([
      "1 203 ms",
      "25.1 ms",
      "3.42 ms",
      "0.071 ms",
      "0 ms",
      "123.5 s",
      "-951 ms",
    ]);
    expect(plainSpaces(grouped(1_234_567.891, 2))).toBe("1 234 567.89");
    expect([0.79, 0.004, 1, 0].map((share) => plainSpaces(formatShare(share)))).toEqual(["79 %", "0.4 %", "100 %", "0 %"]);
    expect(plainSpaces(formatOffset(412_331_000))).toBe("+412.331 ms");
    expect(plainSpaces(formatOffset(-1_500_000))).toBe("-1.500 ms");
  });

  it("names a thread by what is known of it", () => {
    expect(formatThread({ comm: "sh", pid: 71, tid: 72 })).toBe("sh[71/72]");
    expect(formatThread({ comm: "sh", pid: -1, tid: 72 })).toBe("sh[72]");
    expect(formatThread({ tid: 72 })).toBe("?[72]");
    expect(formatThread({})).toBeUndefined();
  });
});

describe("widthOf", () => {
  it("takes the short way only where string-width says the same", () => {
    for (let code = 0; code < 0x2600; code++) {
      const character = String.fromCharCode(code);
      for (const text of [character, `a${character}b`]) expect(widthOf(text), `U+${code.toString(16)}`).toBe(stringWidth(text));
    }
  });
});
