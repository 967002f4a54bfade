import { describe, expect, it } from "vitest";
import { FORMATS } from "../../../test/support/formats.ts";
import { parseEventFormat } from "../event-format.ts";
import { lay, KERNEL, type Fields } from "../print-fmt/fixtures.ts";
import type { RecordBytes } from "../print-fmt/index.ts";
import { builtInText, type BuiltInContext } from "./built-in-events.ts";
import { syscallText } from "./syscall-text.ts";

const FORMATS_OF_KERNEL = new Map([
  [0xffffffff82000000n, "value %d of %s\n"],
  [0xffffffff82000010n, "a string\n"],
]);
const CONTEXT: BuiltInContext = {
  ...KERNEL,
  uname: "Linux x 6.18.0",
  stringAt: (address) => FORMATS_OF_KERNEL.get(BigInt(address)),
  commOf: (tid) => (tid === 12 ? "bash" : ""),
  timeOf: () => 5_000_123_456_789n,
};

const SCHEDULE = 0xffffffff81000110n;
const READ = 0xffffffff81000180n;
const HEAD = { "unsigned long pad": 0 };

function line(name: string, fields: Fields, change: { end?: number; context?: Partial<BuiltInContext> } = {}): string | undefined {
  const { format, record } = lay(fields, '""');
  const shown = builtInText({ ...format, name }, { ...CONTEXT, ...change.context });
  const cut: RecordBytes = { ...record, end: change.end ?? record.end };
  return shown === undefined ? undefined : `${shown.head === undefined ? "" : `${shown.head(cut)}: `}${shown.text(cut)}`;
}

describe("the kernel's own events", () => {
  it("function, with and without caller, and when it repeats", () => {
    const call = { "unsigned long ip": SCHEDULE, "unsigned long parent_ip": READ };
    expect(line("function", call)).toBe("schedule <-vfs_read");
    expect(line("function", { ...call, "unsigned long parent_ip": 0 })).toBe("schedule");
    expect(line("function", { ...call, "unsigned long ip": 0x1234 })).toBe("0x00001234 <-vfs_read");
    expect(line("function", { ...call, "unsigned long args[]": 0 }, { end: 24 })).toBe("schedule <-vfs_read");
    // 5000.123456789 s less (1 << 32) + 5 ns
    expect(line("func_repeats", { ...call, "u16 count": 7, "u16 top_delta_ts": 1, "u32 bottom_delta_ts": 5 })).toBe(
      "schedule <-vfs_read (repeats: 7, last_ts:  4995.828489)",
    );
  });

  it("stacks end at the first all-ones entry, a user's at the first 0", () => {
    const callers = [SCHEDULE, READ, 0xffffffffc0a00010n, 0x7fffffff, 0xffff_ffff_ffff_ffffn, SCHEDULE];
    expect(line("kernel_stack", { "int size": 5, "unsigned long caller[6]": callers })).toBe(
      "<stack trace>\n => schedule\n => vfs_read\n => e1000_poll\n => [FTRACE TRAMPOLINE]",
    );
    expect(line("user_stack", { "u32 tgid": 5, "unsigned long caller[8]": [0x7f0011223344, 0x55, 0, 9, 9, 9, 9, 9] })).toBe(
      "<user stack trace>\n =>  <00007f0011223344>\n =>  <0000000000000055>",
    );
  });

  it("markers and printk", () => {
    expect(line("print", { "unsigned long ip": SCHEDULE, "char buf[16]": "hello\n" })).toBe("schedule: hello");
    // without symbols readers still know it for a marker
    expect(line("print", { "unsigned long ip": 0x99, "char buf[16]": "hello" })).toBe("tracing_mark_write: hello");
    expect(line("print", { "unsigned long ip": 0, "char buf[16]": "B|1|x" })).toBe("0: B|1|x");
    expect(line("bputs", { "unsigned long ip": READ, "void * str": 0xffffffff82000010n })).toBe("vfs_read: a string");
    expect(line("bputs", { "unsigned long ip": READ, "void * str": 0xffffffff82000099n })).toBe("vfs_read: 0xffffffff82000099");
    const buf = Uint8Array.from([42, 0, 0, 0, 0x78, 0x79, 0, 0]);
    expect(line("bprint", { "unsigned long ip": READ, "void * fmt": 0xffffffff82000000n, "u8 buf[8]": buf })).toBe("vfs_read: value 42 of xy");
    expect(line("bprint", { "unsigned long ip": READ, "void * fmt": 0x5, "u8 buf[8]": buf }, { end: 28 })).toBe("vfs_read: unknown format 0x5: 2a 00 00 00");
    expect(line("raw_data", { "u32 id": 0x1f, "u8 buf[4]": [1, 2, 0xff, 0] }, { end: 16 })).toBe("# 1f buf: 01 02 ff 00");
  });

  it("switches and wake-ups of the old tracers", () => {
    const fields = {
      "u32 prev_pid": 7,
      "u32 next_pid": 12,
      "u32 next_cpu": 3,
      "u8 prev_prio": 120,
      "u8 prev_state": 1,
      "u8 next_prio": 19,
      "u8 next_state": 0,
    };
    expect(line("context_switch", fields)).toBe("       7:120:S ==> [003]      12: 19:R bash");
    expect(line("wakeup", { ...fields, "u32 next_pid": 13 })).toBe("       7:120:S   + [003]      13: 19:R <...>");
  });

  it("noise, timer and hardware latency", () => {
    const noise = {
      "u64 noise": 210,
      "u64 runtime": 1_000_000,
      "u64 max_sample": 25,
      "u32 hw_count": 1,
      "u32 nmi_count": 0,
      "u32 irq_count": 1002,
      "u32 softirq_count": 30,
      "u32 thread_count": 4,
    };
    expect(line("osnoise", noise)).toBe("1000000        210  99.97900      25      1      0   1002     30      4");
    expect(line("timerlat", { "u32 seqnum": 12, "int context": 0, "u64 timer_latency": 4321 })).toBe("#12    context    irq timer_latency      4321 ns");
    expect(line("timerlat", { "u32 seqnum": 12, "int context": 2, "u64 timer_latency": 4321 })).toBe("#12    context user-ret timer_latency      4321 ns");
    const latency = {
      "u64 duration": 13,
      "u64 outer_duration": 8,
      "u64 nmi_total_ts": 0,
      "s64 tv_sec": 1_600_000_000,
      "long tv_nsec": 5,
      "u32 nmi_count": 0,
      "u32 seqnum": 3,
      "u32 count": 2,
    };
    expect(line("hwlat", latency)).toBe("#3     inner/outer(us):   13/8     ts:1600000000.000000005 count:2");
    expect(line("hwlat", { ...latency, "u32 nmi_count": 1, "u64 nmi_total_ts": 9 })).toBe(
      "#3     inner/outer(us):   13/8     ts:1600000000.000000005 count:2 nmi-total:9 nmi-count:1",
    );
  });

  it("the call graph, whatever fields its records have", () => {
    expect(line("funcgraph_entry", { "unsigned long func": SCHEDULE, "u32 depth": 2 })).toBe(`funcgraph_entry: ${" ".repeat(15)}|      schedule() {`);
    expect(line("fgraph_retaddr_entry", { "unsigned long func": SCHEDULE, "u32 depth": 0, "unsigned long retaddr": 0xffffffff81000184n })).toBe(
      `funcgraph_entry: ${" ".repeat(15)}|  schedule() { /* <-vfs_read+0x4/0x80 */`,
    );
    const times = { "unsigned long func": SCHEDULE, "u32 depth": 1, "u64 calltime": 1000, "u64 rettime": 13_345 };
    expect(line("funcgraph_exit", times)).toBe("funcgraph_exit: + 12.345 us    |    } /* schedule */");
    expect(line("funcgraph_exit", { ...times, "unsigned long retval": 0xffff_ffff_ffff_ffean })).toBe(
      "funcgraph_exit: + 12.345 us    |    } /* schedule = -22 */",
    );
  });

  it("branch", () => {
    const fields = { "u32 line": 31, "char func[31]": "schedule", "char file[21]": "core.c", "char correct": 1 };
    expect(line("branch", fields)).toBe("[  ok  ] schedule:core.c:31");
    expect(line("branch", { ...fields, "char correct": 0 })).toBe("[ MISS ] schedule:core.c:31");
  });

  it("accesses to devices' memory", () => {
    const access = {
      "u64 phys": 0xfeb0_0000,
      "unsigned long value": 0xabcdef,
      "unsigned long pc": 0xffffffff81000110n,
      "int map_id": 3,
      "u8 opcode": 1,
      "u8 width": 4,
    };
    expect(line("mmiotrace_rw", access)).toBe("mmiotrace_rw: R 4 5000.123457 3 0xfeb00000 0xabcdef 0xffffffff81000110 0");
    expect(line("mmiotrace_rw", { ...access, "u8 opcode": 5 })).toBe("mmiotrace_rw: UNKNOWN 5000.123457 3 0xfeb00000 ab,cd,ef 0xffffffff81000110 0");
    const mapping = { "u64 phys": 0xfeb0_0000, "unsigned long virt": 0x1000, "unsigned long len": 0x2000, "int map_id": 3, "u8 opcode": 3 };
    expect(line("mmiotrace_map", mapping)).toBe("mmiotrace_map: MAP 5000.123457 3 0xfeb00000 0x1000 0x2000 0x0 0");
    expect(line("mmiotrace_map", { ...mapping, "u8 opcode": 4 })).toBe("mmiotrace_map: UNMAP 5000.123457 3 0x0 0");
  });

  it("leaves events to their print fmt when they are unknown or lack what the text needs", () => {
    expect(line("mmiotrace_rw", HEAD)).toBeUndefined();
    expect(line("timerlat", HEAD)).toBeUndefined();
    expect(line("constructor", HEAD)).toBeUndefined();
  });

  it("reads the formats of a 6.18 kernel", () => {
    for (const name of ["print", "kernel_stack"]) {
      const format = parseEventFormat(FORMATS.find((each) => each.name === name)?.text ?? "");
      expect(builtInText(format, CONTEXT)).toBeDefined();
    }
  });
});

describe("system calls", () => {
  const call = (name: string, fields: Fields, uname: string): string | undefined => {
    const { format, record } = lay(fields, '""');
    return syscallText({ ...format, name }, { ...CONTEXT, uname })?.text(record);
  };

  it("have their name and arguments, marked as hexadecimal since 6.18", () => {
    const fields = { "int __syscall_nr": 0, "unsigned int fd": 3, "void * buf": 0x7f00, "u64 count": 16 };
    expect(call("sys_enter_read", fields, "6.18.1")).toBe("sys_read(fd: 3, buf: 0x7f00, count: 0x10)");
    expect(call("sys_enter_read", fields, "6.1.0")).toBe("sys_read(fd: 3, buf: 7f00, count: 10)");
    expect(call("sys_enter_getpid", { "int __syscall_nr": 39 }, "6.18.1")).toBe("sys_getpid()");
    expect(call("sys_exit_read", { "int __syscall_nr": 0, "long ret": -11 }, "6.18.1")).toBe("sys_read -> 0xfffffffffffffff5");
    expect(call("other", { "int __syscall_nr": 0 }, "6.18.1")).toBeUndefined();
  });
});
