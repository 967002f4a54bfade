import { describe, expect, it } from "vitest";
import { KERNEL, lay, type Fields } from "../print-fmt/fixtures.ts";
import { compilePrintFmt } from "../print-fmt/index.ts";
import { asShown } from "./dynamic-events.ts";

function shown(system: string, printFmt: string, fields: Fields): string {
  const { format, record } = lay(fields, printFmt);
  return compilePrintFmt(asShown(system, format), KERNEL).text(record);
}

describe("events that users made", () => {
  it("kprobes and uprobes", () => {
    const fields = { "unsigned long __probe_ip": 0xffffffff81000104n, "u64 dfd": 0xffffff9c, "__data_loc char[] name": "/dev/null" };
    const printFmt = '"(%lx) dfd=0x%Lx name=\\"%s\\"", REC->__probe_ip, REC->dfd, __get_str(name)';
    expect(shown("kprobes", printFmt, fields)).toBe('(schedule+0x4/0x80) dfd=0xffffff9c name="/dev/null"');
    expect(shown("uprobes", '"(%lx)", REC->__probe_ip', { "unsigned long __probe_ip": 0x55d0 })).toBe("(0x55d0)");
  });

  it("kretprobes", () => {
    const fields = { "unsigned long __probe_func": 0xffffffff81000180n, "unsigned long __probe_ret_ip": 0xffffffff81000110n, "u64 ret": 3 };
    expect(shown("kprobes", '"(%lx <- %lx) ret=0x%Lx", REC->__probe_func, REC->__probe_ret_ip, REC->ret', fields)).toBe(
      "(schedule+0x10/0x80 <- vfs_read) ret=0x3",
    );
  });

  it("synthetic events", () => {
    expect(shown("synthetic", '"lat=%llu, pid=%d, comm=%s", REC->lat, REC->pid, REC->comm', { "u64 lat": 5, "int pid": 7, "char comm[16]": "a, b" })).toBe(
      "lat=5 pid=7 comm=a, b",
    );
    expect(shown("sched", '"a=%d, b=%d", REC->a, REC->b', { "int a": 1, "int b": 2 })).toBe("a=1, b=2");
  });
});
