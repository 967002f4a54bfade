import { describe, expect, it } from "vitest";
import { parseKallsyms, parseKernelSymbols } from "./symbols.ts";

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

describe("parseKernelSymbols", () => {
  const symbols = parseKernelSymbols(`0000000000000000 A fixed_percpu_data
0000000000001000 d cpu_info
ffffffff81000000 T _stext
ffffffff81000100 t schedule
ffffffff81000100 T schedule_alias
ffffffff82000000 D some_data
ffffffffc0a00000 t e1000_poll\t[e1000]
ffffffffc0a00100 t e1000_xmit\t[e1000]
`);
  const text = (address: bigint, offset = true): string => symbols.textOf(address, { offset, module: true });

  it("names addresses as %pS and %ps do, data and modules too", () => {
    expect(text(0xffffffff81000110n)).toBe("schedule+0x10/0xffff00");
    expect(text(0xffffffff81000000n)).toBe("_stext+0x0/0x100");
    expect(text(0xffffffff81000110n, false)).toBe("schedule");
    expect(text(0xffffffff82000008n)).toBe("some_data+0x8/0x3ea00000");
    expect(text(0xffffffffc0a00004n)).toBe("e1000_poll+0x4/0x100 [e1000]");
    expect(text(0xffffffffc0a00104n)).toBe("e1000_xmit+0x4/0x0 [e1000]");
    expect(symbols.lookup(-0x7effff00)).toEqual({ name: "schedule", module: "", offset: 0, size: 0xffff00 });
    expect(symbols.addressOf("schedule_alias")).toBe(0xffffffff81000100n);
    expect(symbols.addressOf("nothing")).toBeUndefined();
  });

  it("leaves what has no name a number", () => {
    for (const address of [0n, 0x1004n, 0x7fffdeadbeefn, 0xffffffff80ffffffn, 0xffffffffffffffffn]) expect(text(address)).toBe(`0x${address.toString(16)}`);
    expect(parseKernelSymbols("").textOf(5, { offset: true, module: true })).toBe("0x5");
  });

  it("looks before a return address", () => {
    expect(symbols.textOf(0xffffffff81000100n, { offset: true, module: true, isReturnAddress: true })).toBe("_stext+0x100/0x100");
  });
});
