import { describe, expect, it } from "vitest";
import { shown } from "./fixtures.ts";

describe("helpers of print fmts", () => {
  const flags = (value: number | bigint, table: string): string => shown(`"%s", __print_flags(REC->f, "|", ${table})`, { "u64 f": value });

  it("__print_flags takes entries in order and leaves the rest in hexadecimal", () => {
    const table = '{ 1, "A" }, { 2, "B" }, { 4, "C" }';
    expect(flags(5, table)).toBe("A|C");
    expect(flags(0, table)).toBe("");
    expect(flags(9, table)).toBe("A|0x8");
    expect(flags(0x100, table)).toBe("0x100");
    expect(flags(0x8000000000000001n, table)).toBe("A|0x8000000000000000");
    // the first entry that matches takes its bits away from those behind it
    expect(flags(3, '{ 3, "AB" }, { 1, "A" }')).toBe("AB");
    expect(flags(1, '{ 3, "AB" }, { 1, "A" }')).toBe("A");
    expect(flags(0, '{ 0, "NONE" }')).toBe("");
    expect(flags(2, '{ (1UL << (1)), "B" }, { 0, NULL }')).toBe("B");
  });

  it("__print_symbolic takes the first that is equal", () => {
    const symbol = (value: number | bigint, table: string, type = "int"): string => shown(`"%s", __print_symbolic(REC->v, ${table})`, { [`${type} v`]: value });
    expect(symbol(1, '{ 0, "zero" }, { 1, "one" }, { 1, "uno" }')).toBe("one");
    expect(symbol(7, '{ 0, "zero" }')).toBe("0x7");
    expect(symbol(-1, '{ (-1), "staging" }')).toBe("staging");
    expect(symbol(-5, '{ 0, "zero" }')).toBe("0xfffffffffffffffb");
    expect(symbol(0xffff_ffff_ffff_fffan, '{ -6ULL, "TREE_LOG" }', "u64")).toBe("TREE_LOG");
    expect(symbol(0, '{ HRTIMER_MODE_ABS, "ABS" }, { 5, "REL|SOFT" }')).toBe("ABS");
  });

  it("__print_hex, __print_hex_str, __print_array, __print_dynamic_array", () => {
    const fields = {
      "u8 b[4]": [1, 0xab, 0, 0xff],
      "u16 w[3]": [1, 2, 0xffff],
      "__data_loc u32[] d": Uint8Array.of(1, 0, 0, 0, 0xff, 0, 0, 0),
      "u64 q[1]": [0xffff_ffff_ffff_ffffn],
    };
    expect(shown('"%s %s", __print_hex(REC->b, 4), __print_hex_str(REC->b, 3)', fields)).toBe("01 ab 00 ff 01ab00");
    expect(shown('"%s", __print_array(REC->b, 4, 1)', fields)).toBe("{0x1,0xab,0x0,0xff}");
    expect(shown('"%s %s", __print_array(REC->w, 3, 2), __print_array(REC->q, 1, 8)', fields)).toBe("{0x1,0x2,0xffff} {0xffffffffffffffff}");
    expect(shown('"%s", __print_array(__get_dynamic_array(d), __get_dynamic_array_len(d) / sizeof(u32), sizeof(u32))', fields)).toBe("{0x1,0xff}");
    expect(shown('"%s", __print_dynamic_array(d, sizeof(u32))', fields)).toBe("{0x1,0xff}");
    expect(shown('"%s", __print_array(REC->b, 0, 1)', fields)).toBe("{}");
    // never more than is there
    expect(shown('"%s", __print_array(REC->b, 1000000000, 1)', fields)).toBe("{0x1,0xab,0x0,0xff}");
  });

  it("located data: text, length, bitmasks, addresses, relative too", () => {
    const mask = new Uint8Array(16);
    mask[0] = 0b101;
    mask[12] = 1;
    const fields = {
      "__data_loc unsigned long[] m": mask,
      "__data_loc cpumask_t c": mask,
      "__rel_loc unsigned long[] r": mask,
      "__data_loc u8[] sa": Uint8Array.of(2, 0, 0, 80, 10, 0, 0, 1),
      "__rel_loc u8[] bytes": Uint8Array.of(9, 8),
    };
    expect(shown('"%s", __get_bitmask(m)', fields)).toBe("00000001,00000000,00000000,00000005");
    expect(shown('"%s", __get_cpumask(c)', fields)).toBe("00000001,00000000,00000000,00000005");
    expect(shown('"%s", __get_rel_bitmask(r)', fields)).toBe("00000001,00000000,00000000,00000005");
    expect(shown('"%pISpc", __get_sockaddr(sa)', fields)).toBe("10.0.0.1:80");
    expect(shown('"%u %u", __get_rel_dynamic_array_len(bytes), ((u8 *)__get_rel_dynamic_array(bytes))[1]', fields)).toBe("2 8");
  });

  it("__print_hex_dump writes rows", () => {
    const fields = { "__data_loc u8[] d": new TextEncoder().encode("0123456789abcdefXY") };
    expect(shown('"%s", __print_hex_dump("p: ", DUMP_PREFIX_OFFSET, 16, 1, __get_dynamic_array(d), __get_dynamic_array_len(d), true)', fields)).toBe(
      "\np: 00000000: 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n" +
        "p: 00000010: 58 59                                            XY\n",
    );
    expect(shown('"%s", __print_hex_dump("", DUMP_PREFIX_NONE, 16, 4, __get_dynamic_array(d), 8, false)', fields)).toBe("\n33323130 37363534\n");
  });

  it("times", () => {
    const fields = { "u64 ns": 12_345_678_901_234_567n, "unsigned long j": 100 };
    expect(shown('"%llu.%09u", __print_ns_to_secs(REC->ns), __print_ns_without_secs(REC->ns)', fields)).toBe("12345678.901234567");
    expect(shown('"%u %u", jiffies_to_msecs(REC->j), jiffies_to_usecs(REC->j)', fields)).toBe("400 400000");
    // HZ is not in a recording: then the jiffies
    expect(shown('"%u", jiffies_to_msecs(REC->j)', fields, { hz: undefined })).toBe("100");
  });

  it("what compilers and byte orders leave", () => {
    const fields = { "u16 p": 0x5000, "u32 a": 0x0100007f, "int e": -5 };
    expect(shown('"%d", __builtin_expect(!!(REC->e), 0)', fields)).toBe("1");
    expect(shown('"%d", __builtin_choose_expr(__builtin_constant_p(REC->e), 1, 2)', fields)).toBe("2");
    expect(shown('"%d", __builtin_choose_expr(__builtin_constant_p(3), 1, 2)', fields)).toBe("1");
    expect(shown('"%u %x", ntohs(REC->p), __be32_to_cpu(REC->a)', fields)).toBe("80 7f000001");
    expect(shown('"%u", __le16_to_cpu(REC->p)', fields)).toBe("20480");
    expect(shown('"%d %d", IS_ERR_VALUE(REC->e), IS_ERR_VALUE(5)', fields)).toBe("1 0");
    expect(shown('"%zu %zu", sizeof(REC->p), sizeof(unsigned long long)', fields)).toBe("2 8");
  });
});
