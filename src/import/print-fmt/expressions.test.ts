import { describe, expect, it } from "vitest";
import { shown } from "./fixtures.ts";

/** The value of an expression, as 64 bits with sign. */
const value = (expression: string, fields: Parameters<typeof shown>[1] = {}, conversion = "%lld"): string =>
  shown(`"${conversion}", (long long)(${expression})`, fields);

describe("expressions of a print fmt", () => {
  it.each([
    ["7 + 3 * 2", "13"],
    ["(7 + 3) * 2", "20"],
    ["7 - 3 - 2", "2"],
    ["-7 / 2", "-3"],
    ["-7 % 2", "-1"],
    ["7 / 0", "0"],
    ["1 << 4 | 1", "17"],
    ["0xff & ~0xf", "240"],
    ["6 ^ 3", "5"],
    ["-8 >> 1", "-4"],
    ["1 == 1 && 2 != 2 || 3 >= 3", "1"],
    ["!5 + !0", "1"],
    ["1 ? 2 : 3", "2"],
    ["0 ? 2 : 0 ? 3 : 4", "4"],
    ["0 ?: 9", "9"],
    ["8 ?: 9", "8"],
    ["010", "8"],
    ["'a'", "97"],
    ["'\\n'", "10"],
    ["sizeof(u64) + sizeof(int) + sizeof(char *)", "20"],
  ])("%s is %s", (expression, result) => {
    expect(value(expression)).toBe(result);
  });

  it.each([
    // int wraps at 32 bits, and promotes what is narrower
    ["0x7fffffff + 1", "-2147483648"],
    ["0xffffffffU + 1", "0"],
    ["0xffffffff + 1L", "4294967296"],
    ["(unsigned char)300", "44"],
    ["(signed char)200", "-56"],
    ["(s16)0x8000", "-32768"],
    ["(u16)-1", "65535"],
    ["(bool)7", "1"],
    ["-1 < 1U", "0"],
    ["-1 < 1", "1"],
    ["-1L < 1U", "1"],
    // beyond 2^53
    ["0xffffffffffffffffULL", "-1"],
    ["0xffffffffffffffffULL >> 60", "15"],
    ["0x123456789abcdef0 & 0xffff", "57072"],
    ["0x123456789abcdef0 & 0xff00000000000000", "1297036692682702848"],
    ["9007199254740993 + 0", "9007199254740993"],
    ["9007199254740993 * 3", "27021597764222979"],
    ["(u64)-1 / 10", "1844674407370955161"],
    ["1ULL << 63", "-9223372036854775808"],
    ["((u64)0x8000000000000000) >> 63", "1"],
    ["~0ULL == -1", "1"],
  ])("64-bit arithmetic is exact: %s is %s", (expression, result) => {
    expect(value(expression)).toBe(result);
  });

  it("reads fields with their size and sign", () => {
    const fields = {
      "u8 a": 200,
      "s8 b": -5,
      "u16 c": 65_535,
      "s16 d": -2,
      "u32 e": 0xffffffff,
      "int f": -1,
      "u64 g": 0xffff_ffff_ffff_fffen,
      "s64 h": -3,
      "void * p": 0xffffffff81000100n,
    };
    expect(shown('"%u %d %u %d %u %d %llu %lld %px", REC->a, REC->b, REC->c, REC->d, REC->e, REC->f, REC->g, (REC)->h, REC->p', fields)).toBe(
      "200 -5 65535 -2 4294967295 -1 18446744073709551614 -3 ffffffff81000100",
    );
    expect(value("REC->g - 1", fields)).toBe("-3");
    expect(value("REC->e * REC->e", fields)).toBe("1");
    expect(value("(u64)REC->e * REC->e", fields, "%llu")).toBe("18446744065119617025");
    expect(value("REC->f == REC->h + 2", fields)).toBe("1");
    expect(value("REC->a << 24", fields)).toBe("-939524096");
  });

  it("reads fields of a big-endian machine", () => {
    const fields = { "u16 a": 0x1234, "u32 b": 0x12345678, "s64 c": -2, "u32 d[2]": [1, 0xabcdef] };
    expect(shown('"%x %x %lld %x", REC->a, REC->b, REC->c, REC->d[1]', fields, { little: false })).toBe("1234 12345678 -2 abcdef");
  });

  it("indexes arrays and located data, and moves through them", () => {
    const fields = { "u32 a[3]": [1, 2, 3], "__data_loc char[] s": "xyz", "u8 mac[6]": [1, 2, 3, 4, 5, 6] };
    expect(shown('"%u %u %c %u %u", REC->a[2], *REC->a, __get_str(s)[1], *(REC->a + 1), (REC->a)[0]', fields)).toBe("3 1 y 2 1");
    expect(shown('"%u", REC->a[700]', fields)).toBe("0");
    expect(shown('"%x", *(u16 *)REC->mac', fields)).toBe("201");
    expect(shown('"%x", ((u32 *)&REC->mac[2])[0]', fields)).toBe("6050403");
    expect(shown('"%s", __get_str(s) + 1', fields)).toBe("yz");
    expect(shown('"%s|%s", __get_str(s)[0] ? "some" : "none", REC->a ? "array" : ""', fields)).toBe("some|array");
  });

  it("takes both kinds of branch, and mixes texts with NULL", () => {
    const fields = { "int n": 0, "__data_loc char[] s": "name" };
    expect(shown('"%.*s|%s", REC->n, REC->n ? __get_str(s) : ((void *)0), REC->n ? "a" : "b"', fields)).toBe("|b");
    expect(shown('"%s", REC->n ? __get_str(s) : NULL', fields)).toBe("(null)");
    expect(shown('"%.3s", 1 ? __get_str(s) : NULL', fields)).toBe("nam");
  });

  it("tells a cast from an expression in parentheses", () => {
    const fields = { "int a": -1 };
    expect(shown('"%llx", (unsigned long long)REC->a', fields)).toBe("ffffffffffffffff");
    expect(shown('"%llx", (unsigned long long)(unsigned int)REC->a', fields)).toBe("ffffffff");
    expect(shown('"%u", ((unsigned int) ((REC->a) >> 20))', fields)).toBe("4294967295");
    expect(shown('"%d", (REC->a) - 1', fields)).toBe("-2");
    expect(shown('"%d", (some_type)REC->a', fields)).toBe("-1");
    expect(shown('"%d", (struct x *)REC->a == (void *)~0UL', fields)).toBe("1");
    expect(shown('"%d", (FOO) & 1', fields)).toBe("1");
  });

  it("counts from the begin of the kernel's code", () => {
    expect(shown('"%pS", (void *)((unsigned long)(_stext) + REC->offs)', { "u32 offs": 0x104 })).toBe("schedule+0x4/0x80");
  });

  it("understands what min() leaves behind", () => {
    expect(shown('"%d", ({ int __x = (REC->a); int __y = (128); ((__x) < (__y) ? (__x) : (__y)); })', { "int a": 500 })).toBe("128");
  });

  it("shows what it can when a name is unknown", () => {
    const fields = { "u32 a": 6 };
    expect(shown('"%d", FOO', fields)).toBe("FOO");
    expect(shown('"%s", show_kind(REC->a)', fields)).toBe("6");
    expect(shown('"%x", REC->a & SOME_MASK', fields)).toBe("6");
    expect(shown('"%lu", (jiffies - REC->a) / 250', fields)).toBe("?");
    expect(shown('"%s", (REC->a & SOME_MASK) ? "yes" : "no"', fields)).toBe("6");
    expect(shown('"%s", __print_symbolic(REC->a, { FOO, "foo" }, { 6, "six" })', fields)).toBe("six");
    expect(shown('"%s", __print_flags(REC->a, "|", { FOO, "foo" }, { 2, "two" })', fields)).toBe("two|0x4");
  });
});
