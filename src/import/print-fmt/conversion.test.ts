import { describe, expect, it } from "vitest";
import { shown } from "./fixtures.ts";

describe("conversions", () => {
  it.each([
    // lib/vsprintf.c number(): checked by hand against its text
    ["%d", "-5", "-5"],
    ["%5d|", "42", "   42|"],
    ["%-5d|", "42", "42   |"],
    ["%05d", "-42", "-0042"],
    ["%+d", "7", "+7"],
    ["% d", "7", " 7"],
    ["%.3d", "7", "007"],
    ["%5.3d", "7", "  007"],
    ["%05.3d", "7", "00007"],
    ["%u", "-1", "4294967295"],
    ["%lu", "-1", "18446744073709551615"],
    ["%x", "255", "ff"],
    ["%X", "255", "FF"],
    ["%#x", "255", "0xff"],
    ["%#x", "0", "0x0"],
    ["%#X", "255", "0XFF"],
    ["%#08x", "255", "0x0000ff"],
    ["%#010x", "255", "0x000000ff"],
    ["%#8x", "255", "    0xff"],
    ["%#-8x|", "255", "0xff    |"],
    ["%#o", "8", "010"],
    ["%#o", "0", "0"],
    ["%o", "8", "10"],
    ["%08lx", "0x1234UL", "00001234"],
    ["%016llx", "0xffffffff81000000ULL", "ffffffff81000000"],
    ["%hhd", "200", "-56"],
    ["%hhx", "0x1ff", "ff"],
    ["%hd", "40000", "-25536"],
    ["%hu", "-1", "65535"],
    ["%d", "0x1ffffffffULL", "-1"],
    ["%zu", "7", "7"],
    ["%zx", "-1", "ffffffffffffffff"],
    ["%Lu", "0xffffffffffffffffULL", "18446744073709551615"],
    ["%td", "-3", "-3"],
    ["%0x", "10", "a"],
    ["%-1d", "3", "3"],
    ["%c", "65", "A"],
    ["%3c|", "65", "  A|"],
    ["%%%d%%", "1", "%1%"],
    ["%lld", "0x8000000000000000ULL", "-9223372036854775808"],
  ])("%s of %s is %s", (format, expression, text) => {
    expect(shown(`"${format}", ${expression}`)).toBe(text);
  });

  it("takes widths and precisions from arguments", () => {
    expect(shown('"%*d|%-*d|%.*s|%*s|", 4, 7, 4, 7, 2, "abc", -4, "x"')).toBe("   7|7   |ab|x   |");
    expect(shown('"%0*x", 6, 0xab')).toBe("0000ab");
  });

  it("shows texts", () => {
    const fields = { "char comm[16]": "bash", "__data_loc char[] s": "long text", "__rel_loc char[] r": "relative" };
    expect(shown('"%s %10s %-10s| %.2s %s %s", REC->comm, REC->comm, REC->comm, REC->comm, __get_str(s), __get_rel_str(r)', fields)).toBe(
      "bash       bash bash      | ba long text relative",
    );
    expect(shown('"%s", (char *)0xffffffff82000000')).toBe("rcu_sched");
    expect(shown('"%s", (char *)0xffffffff82000001')).toBe("0xffffffff82000001");
    expect(shown('"%s", REC->p', { "void * p": 0 })).toBe("(null)");
    expect(shown('"a\\tb\\"c\\\\d" "e\\x41\\101"')).toBe('a\tb"c\\deAA');
  });

  it("shows pointers and symbols", () => {
    const fields = { "void * p": 0xffffffff81000123n, "void * m": 0xffffffffc0a00010n, "void * u": 0x1234 };
    expect(shown('"%p %px %pK", REC->p, REC->u, REC->u', fields)).toBe("ffffffff81000123 0000000000001234 0000000000001234");
    expect(shown('"%pS %ps %pF %pf", REC->p, REC->p, REC->p, REC->p', fields)).toBe("schedule+0x23/0x80 schedule schedule+0x23/0x80 schedule");
    expect(shown('"%pS %ps", REC->m, REC->m', fields)).toBe("e1000_poll+0x10/0x100 [e1000] e1000_poll [e1000]");
    expect(shown('"%pS %ps %pS", REC->u, REC->u, ((void *)0)', fields)).toBe("0x1234 0x1234 0x0");
    // the return address after a call at the end of schedule() is the first of vfs_read()
    expect(shown('"%pB", (void *)0xffffffff81000180')).toBe("schedule+0x80/0x80");
    expect(shown('"%20ps|%-12ps|", REC->p, REC->p', fields)).toBe("            schedule|schedule    |");
    expect(shown('"%pe %pe", (void *)-2L, (void *)-11L')).toBe("-ENOENT -EAGAIN");
  });

  it("shows addresses of the network", () => {
    const fields = {
      "u8 v4[4]": [192, 168, 0, 7],
      "u8 v6[16]": [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      "u8 mapped[16]": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1],
      "u8 zero[16]": Array.from({ length: 16 }, () => 0),
      "u8 two[16]": [0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3],
      "u8 mac[6]": [0, 0x1b, 0x21, 0xab, 0xcd, 0xef],
      // AF_INET = 2, AF_INET6 = 10
      "u8 in[16]": [2, 0, 0x1f, 0x90, 127, 0, 0, 1],
      "u8 in6[28]": [10, 0, 0, 80, 0, 0, 0, 0, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 0, 0, 0],
    };
    expect(shown('"%pI4 %pi4 %pI4l", REC->v4, REC->v4, REC->v4', fields)).toBe("192.168.0.7 192.168.000.007 7.0.168.192");
    expect(shown('"%pI6", REC->v6', fields)).toBe("2001:0db8:0000:0000:0000:0000:0000:0001");
    expect(shown('"%pi6", REC->v6', fields)).toBe("20010db8000000000000000000000001");
    expect(shown('"%pI6c %pI6c %pI6c %pI6c", REC->v6, REC->mapped, REC->zero, REC->two', fields)).toBe("2001:db8::1 ::ffff:10.0.0.1 :: 1:0:0:2::3");
    expect(shown('"%pISpc %pIS %pISpc %pISc %pISpsc", REC->in, REC->in, REC->in6, REC->in6, REC->in6', fields)).toBe(
      "127.0.0.1:8080 127.0.0.1 [fe80::1]:80 fe80::1 [fe80::1]:80%3",
    );
    expect(shown('"%pM %pMF %pMR %pm", REC->mac, REC->mac, REC->mac, REC->mac', fields)).toBe(
      "00:1b:21:ab:cd:ef 00-1b-21-ab-cd-ef ef:cd:ab:21:1b:00 001b21abcdef",
    );
  });

  it("shows memory", () => {
    const fields = {
      "u8 id[16]": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
      "unsigned long mask[2]": [0b1011, 1],
      "u8 text[6]": [0x61, 0x22, 10, 0, 200, 0x62],
      "s64 time": 1_700_000_000,
    };
    expect(shown('"%pU %pUb %pUl %pUL %pUB", REC->id, REC->id, REC->id, REC->id, REC->id', fields)).toBe(
      [
        "00010203-0405-0607-0809-0a0b0c0d0e0f",
        "00010203-0405-0607-0809-0a0b0c0d0e0f",
        "03020100-0504-0706-0809-0a0b0c0d0e0f",
        "03020100-0504-0706-0809-0A0B0C0D0E0F",
        "00010203-0405-0607-0809-0A0B0C0D0E0F",
      ].join(" "),
    );
    expect(shown('"%*ph|%*phC|%*phD|%*phN", 3, REC->id, 3, REC->id, 3, REC->id, 3, REC->id', fields)).toBe("00 01 02|00:01:02|00-01-02|000102");
    expect(shown('"%*pb|%*pb|%*pbl", 8, REC->mask, 72, REC->mask, 72, REC->mask', fields)).toBe("0b|01,00000000,0000000b|0-1,3,64");
    expect(shown('"%*pE", 6, REC->text', fields)).toBe('a"\\n\\0\\310b');
    expect(shown('"%ptT %ptTd %ptTt %ptTs", &REC->time, &REC->time, &REC->time, &REC->time', fields)).toBe(
      "2023-11-14T22:13:20 2023-11-14 22:13:20 2023-11-14 22:13:20",
    );
  });

  it("swallows every letter and digit behind %p, as the kernel does", () => {
    expect(shown('"%pSuffix-%px,", REC->p, REC->p', { "void * p": 0xffffffff81000100n })).toBe("schedule+0x0/0x80-ffffffff81000100,");
  });

  it("shows a missing argument as a question mark", () => {
    expect(shown('"%d %s"')).toBe("? ?");
  });
});
