import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StringTable } from "./string-table.ts";

describe("StringTable", () => {
  it("has the empty string at 0, and nothing else", () => {
    const table = new StringTable();
    expect(table.length).toBe(1);
    expect(table.intern("")).toBe(0);
    expect(table.get(0)).toBe("");
    expect(table.find("swapper")).toBeUndefined();
    expect(table.get(99)).toBe("");
  });

  it("keeps one copy of every string, in the order of arrival", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "a", ""))), (texts) => {
        const table = new StringTable();
        const ids = texts.map((text) => table.intern(text));
        expect(ids.map((id) => table.get(id))).toEqual(texts);
        expect(texts.map((text) => table.find(text))).toEqual(ids);
        expect(table.length).toBe(new Set([...texts, ""]).size);
        expect(Math.max(0, ...ids)).toBeLessThan(table.length);
      }),
    );
  });
});
