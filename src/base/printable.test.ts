import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printable } from "./printable.ts";

/** What a terminal may act on: C0, DEL, C1, line and paragraph separators, marks and overrides of direction. */
const DANGEROUS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/;

describe("printable", () => {
  it.each([
    ["\u001b]0;title\u0007", "\\x1b]0;title\\x07"],
    ["a\r\nb\tc", "a\\x0d\\x0ab\\x09c"],
    ["\u009b31m", "\\x9b31m"],
    ["abc\u202edcba", "abc\\u202edcba"],
    ["\ud83d", "\ufffd"],
    ["kworker/0:1-events", "kworker/0:1-events"],
    ["\u97f3\u58f0 \u{1f600}", "\u97f3\u58f0 \u{1f600}"],
    ["", ""],
  ])("%j becomes %j", (text, safe) => {
    expect(printable(text)).toBe(safe);
  });

  it("lets nothing through that a terminal acts on, and does it once", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), fc.integer({ min: 0xd800, max: 0xdfff }), (text, surrogate) => {
        const safe = printable(`${text}${String.fromCharCode(surrogate)}`);
        expect(safe).not.toMatch(DANGEROUS);
        expect(safe.isWellFormed()).toBe(true);
        expect(printable(safe)).toBe(safe);
      }),
    );
  });

  it("leaves other text alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        if (!DANGEROUS.test(text) && text.isWellFormed()) expect(printable(text)).toBe(text);
      }),
    );
  });
});
