import { describe, expect, it } from "vitest";
import { parseKallsyms } from "./symbols.ts";

const TEXT = `ffffffff81000000 T _stext
ffffffff81000100 t schedule
ffffffff81000100 T schedule_alias
ffffffff81000000 D some_data
0000000000000000 A fixed_percpu_data
ffffffffc0a00000 t e1000_poll	[e1000]
`;
/** the low 52 bits, as `pointer` columns have them */
const low = (address: bigint): number => Number(address & 0xfffffffffffffn);

describe("parseKallsyms", () => {
  it("names the function that contains an address", () => {
    const symbols = parseKallsyms(TEXT);
    expect(symbols.nameOf(low(0xffffffff81000000n))).toBe("_stext");
    expect(symbols.nameOf(low(0xffffffff810000ffn))).toBe("_stext");
    expect(symbols.nameOf(low(0xffffffff81000123n))).toMatch(/^schedule/);
    expect(symbols.nameOf(low(0xffffffffc0a00010n))).toBe("e1000_poll");
  });

  it("names nothing below the first symbol, far behind one, at 0 and in user space", () => {
    const symbols = parseKallsyms(TEXT);
    for (const address of [0n, 0x400000n, 0x7fffdeadbeefn, 0xffffffff80ffffffn, 0xffffffffa0000000n, 0xffffffffffffffffn])
      expect(symbols.nameOf(low(address))).toBeUndefined();
  });

  it("has no names when kptr_restrict hid the addresses, or the text is none", () => {
    expect(parseKallsyms("0000000000000000 T schedule\n0000000000000000 t other\n").nameOf(low(0xffffffff81000100n))).toBeUndefined();
    expect(parseKallsyms("what is this?").nameOf(5)).toBeUndefined();
    expect(parseKallsyms("").nameOf(0)).toBeUndefined();
  });
});
