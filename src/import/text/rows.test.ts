/** Shapes that no recording here has, and names and markers that mean to deceive. */
import { importTrace } from "../index.ts";
import { describe, expect, it } from "vitest";
import type { Trace } from "../../trace/index.ts";
import { importerOf, importText } from "./check-text.ts";
import { memoryFile } from "../trace-file.ts";

const HEADER = "# tracer: nop\n#\n# entries-in-buffer/entries-written: 4/4   #P:2\n#\n#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n";
const art = (...names: string[]): string => names.map((name, index) => `#        ${"|".repeat(index)}/ _-----=> ${name}\n`).join("");
const line = (comm: string, rest: string): string => `${comm.padStart(16)}-${rest}\n`;
const SWITCH = "sched_switch: prev_comm=a prev_pid=1 prev_prio=120 prev_state=S ==> next_comm=b next_pid=2 next_prio=120";

const column = (trace: Trace, event: string, field: string): number[] => [...(trace.tables.get(event)?.fields[field] ?? [])];
const texts = (trace: Trace, event: string, field: string): string[] => column(trace, event, field).map((id) => trace.strings.get(id));
const codes = (trace: Trace): string[] => trace.problems.map(({ code }) => code);
const names = (trace: Trace): string[] => Array.from(trace.threadNames.tid, (tid, row) => `${tid}=${trace.strings.get(trace.threadNames.name[row] as number)}`);

describe("names that look like a part of a line", () => {
  const hostile = ["a-1 [000] 1: x", "-7 [001] .....", "b - [c] (d)", "x: y: z", "1-2-3-4", "<...>", "a ==> b", "   lead", "trail   ", "[001] 1.000000:"];
  it.each(hostile)("%j on the left of a line", (name) => {
    const trace = importText(
      HEADER + line("ok", "1       [000] ..... 1.000000: sys_exit: NR 1 = 1") + line(name, "1234    [001] d..2. 2.000000: sys_exit: NR 7 = -5"),
    );
    expect(codes(trace)).toEqual([]);
    expect([column(trace, "sys_exit", "id"), column(trace, "sys_exit", "ret"), [...(trace.tables.get("sys_exit")?.tid ?? [])]]).toEqual([
      [1, 7],
      [1, -5],
      [1, 1234],
    ]);
  });

  it.each(["x prev_pid=9 p", " prev_pid=1 ", "a ==> b", "next_pid=1 n", "1 [1] S ==> b:1"])(
    "%j in a switch, as the kernel and as a plugin prints it",
    (name) => {
      const kernel = `sched_switch: prev_comm=${name} prev_pid=1234 prev_prio=120 prev_state=R+ ==> next_comm=${name} next_pid=77 next_prio=98`;
      const plugin = `sched_switch:         ${name}:1234 [120] R ==> ${name}:77 [98]`;
      for (const [text, state] of [
        [HEADER + line("x", `1234    [001] d..2. 2.000000: ${kernel}`), 0x100],
        [`cpus=2\n${line("x", `1234  [001] 2.000000: ${plugin}`)}`, 0],
      ] as const) {
        const trace = importText(text);
        expect(codes(trace).filter((code) => code !== "no-irq-info" && code !== "coarse-states")).toEqual([]);
        expect([column(trace, "sched_switch", "prev_pid"), column(trace, "sched_switch", "next_pid"), column(trace, "sched_switch", "prev_state")]).toEqual([
          [1234],
          [77],
          [state],
        ]);
        expect(names(trace)).toEqual([`1234=${name}`, `77=${name}`]);
      }
    },
  );

  it("a name with a newline breaks its lines, and the body is put together again", () => {
    const trace = importText(HEADER + line("x", "5       [000] d..2. 2.000000: sched_waking: comm=a\nb pid=9 prio=120 target_cpu=001"));
    expect(codes(trace)).toEqual([]);
    expect(names(trace)).toEqual(["9=a\nb"]);
  });

  it("a switch that names another task than the current one is no switch", () => {
    const trace = importText(HEADER + line("x", `5       [000] d..2. 2.000000: ${SWITCH}`));
    expect(codes(trace)).toEqual(["unreadable-body"]);
    expect(trace.tables.has("sched_switch")).toBe(false);
    expect(trace.counts.get("sched_switch")?.perCpu[0]).toBe(1);
  });
});

describe("markers", () => {
  const marker = (text: string): string => line("m", `5       [000] ...1. 5.000000: tracing_mark_write: ${text}`);
  it("that quote a line are one marker", () => {
    const trace = importText(HEADER + marker(`y-1 [000] d..2. 1.000000: ${SWITCH}`));
    expect(texts(trace, "print", "buf")).toEqual([`y-1 [000] d..2. 1.000000: ${SWITCH}\n`]);
    expect([...trace.counts.keys()]).toEqual(["print"]);
  });

  it("with further lines keep them, even one that looks like an event before the marker", () => {
    const fake = line("a", `1       [000] d..2. 1.000000: ${SWITCH}`);
    const trace = importText(`${HEADER}${marker("one")}two\n# three\nCPU:x\n${fake}${line("m", "5       [000] ...1. 6.000000: sys_exit: NR 1 = 0")}`);
    expect(texts(trace, "print", "buf")).toEqual([`one\ntwo\n# three\nCPU:x\n${fake}`]);
    expect([...trace.counts.keys()].sort()).toEqual(["print", "sys_exit"]);
    expect(codes(trace)).toEqual(["marker-lines"]);
  });

  it("with a line that is not aligned as the file is", () => {
    const trace = importText(`${HEADER}${marker("one")}a-1 [000] d..2. 9.000000: ${SWITCH}\n`);
    expect([...trace.counts.keys()]).toEqual(["print"]);
  });

  it.each(["tracing_mark_write", "0", "0xffffffff8124b0e0", "ffffffff8124b0e0", "write_marker_to_buffer"])("written by %s", (symbol) => {
    const trace = importText(HEADER + line("m", `5       [000] ...1. 5.000000: ${symbol}:   kept blanks`));
    expect(texts(trace, "print", "buf")).toEqual(["  kept blanks\n"]);
  });

  it("of Android and of Stallscope are known by their text, whatever writes them", () => {
    const trace = importText(
      HEADER +
        ["B|7|name", "E|7", "stallscope request begin id=3"].map((text, at) => line("m", `5       [000] ...1. ${at + 1}.000000: startup_64: ${text}`)).join(""),
    );
    expect(texts(trace, "print", "buf")).toEqual(["B|7|name\n", "E|7\n", "stallscope request begin id=3\n"]);
  });
});

describe("columns of other kernels", () => {
  const rows = (state: string): string => line("x", `5       [000] ${state} 2.000000: sys_exit: NR 1 = 0`);
  const flagsOf = (trace: Trace): number[] => [trace.tables.get("sys_exit")?.flags[0] ?? -1, trace.tables.get("sys_exit")?.preemptCount[0] ?? -1];
  it.each([
    ["four letters, before 5.15", art("irqs-off", "need-resched", "hardirq/softirq", "preempt-depth"), "dNh3", [0x2d, 3]],
    ["five letters", "", "DpZf1", [0xe9, 0x1f]],
    [
      "RT: lazy preemption",
      art("irqs-off", "need-resched", "need-resched-lazy", "hardirq/softirq", "preempt-depth", "preempt-lazy-depth", "migrate-disable"),
      "dnLs2a1",
      [0x17, 0x12],
    ],
    ["RT without a drawing", "", "dnLs2a1", [0x17, 0x12]],
    ["six: no depth of lazy preemption", "", "..LH.3", [0x1a, 0x30]],
    ["a newer one: B and l", "", ".B..1", [0x26, 0x10]],
  ])("%s", (_, drawing, state, expected) => {
    expect(flagsOf(importText(HEADER + drawing + rows(state)))).toEqual(expected);
  });
});

describe("what is missing", () => {
  it("is told as a stretch of its CPU", () => {
    const trace = importText(
      HEADER +
        line("x", "5       [000] ..... 1.000000: sys_exit: NR 1 = 0") +
        "CPU:0 [LOST 42 EVENTS]\n" +
        line("x", "5       [000] ..... 2.000000: sys_exit: NR 1 = 0") +
        "##### CPU 1 buffer started ####\n" +
        line("x", "6       [001] ..... 2.500000: sys_exit: NR 1 = 0") +
        "CPU:1 [LOST EVENTS]\n",
    );
    expect(trace.lost).toEqual([
      { cpu: 0, from: 0, to: 1e9, count: 42, buffer: "" },
      { cpu: 1, from: 0, to: 1.5e9, count: undefined, buffer: "" },
      { cpu: 1, from: 1.5e9, to: 1.5e9, count: undefined, buffer: "" },
    ]);
    expect(codes(trace)).toEqual([]);
  });

  it("is told before a record", () => {
    const bytes = Buffer.from(
      `cpus=2\n${line("x", "5     [000] 1.000000: sys_exit:             NR 1 = 0")}CPU:0 [7 EVENTS DROPPED]\n${line("x", "5     [000] 2.000000: sys_exit:             NR 1 = 0")}`,
    );
    const records = [...(importerOf(bytes)?.open(memoryFile(bytes, "x"), {}).records() ?? [])];
    expect(records.map(({ lostBefore }) => lostBefore)).toEqual([0, 7]);
  });

  it("[LINE TOO BIG] and overwritten entries are problems", () => {
    const trace = importText(`${HEADER.replace("4/4", "4/104")}${line("x", "5       [000] ..... 1.000000: sys_exit: NR 1 = 0")}[LINE TOO BIG]\n`);
    expect(codes(trace)).toEqual(["line-too-big", "overwritten"]);
  });
});

describe("rows out of turn", () => {
  it("are put in order of time, then CPU, equal ones as they came", () => {
    const row = (cpu: number, time: string, id: number): string => line("x", `5       [00${cpu}] ..... ${time}: sys_exit: NR ${id} = 0`);
    const bytes = Buffer.from(row(1, "2.000000", 1) + row(0, "1.000000", 2) + row(1, "1.000000", 3) + row(0, "2.000000", 4) + row(0, "2.000000", 5));
    const trace = importText(bytes);
    expect(column(trace, "sys_exit", "id")).toEqual([2, 3, 4, 5, 1]);
    const records = [...(importerOf(bytes)?.open(memoryFile(bytes, "x"), {}).records() ?? [])];
    expect(records.map((record) => Object.fromEntries(record.fields())["id"])).toEqual([2, 3, 4, 5, 1]);
  });

  it("keep stamps exact beyond 2^53 ns and of clocks in bare units", () => {
    const trace = importText(
      HEADER +
        line("x", "5       [000] ..... 17000000000.123456: sys_exit: NR 1 = 0") +
        line("x", "5       [000] ..... 17000000001.123457: sys_exit: NR 1 = 0"),
    );
    expect([trace.clock.base, trace.end]).toEqual([17_000_000_000_123_456_000n, 1_000_001_000]);
    const bare = importText(line("x", "5     [000]1764000000123456789: sys_exit:             NR 1 = 0"));
    expect(bare.clock.base).toBe(1_764_000_000_123_456_789n);
    expect(codes(bare)).toContain("bare-stamps");
  });
});

describe("bodies of other writers and kernels", () => {
  const one = (body: string): Trace => importText(HEADER + line("x", `5       [000] ..... 1.000000: ${body}`));
  it.each([
    ["block_rq_issue: 8,0 WS 4096 () 1234 + 8 [kworker/0:1H]", { dev: 0x800000, sector: 1234, nr_sector: 8 }],
    ["block_rq_issue: 259,3 R 4096 () 18446744073709551615 + 0 none,0,0 [a] b]", { dev: 0x10300003, nr_sector: 0 }],
    ["block_rq_complete: 8,0 WS () 1234 + 8 be,0,4 [-5]", { dev: 0x800000, sector: 1234 }],
    ["mm_filemap_add_to_page_cache: dev 8:1 ino 3c829 page=000000005e2b1d9f pfn=4096 ofs=8192", { s_dev: 0x800001, i_ino: 0x3c829, index: 2 }],
    ["mm_compaction_end: zone_start=0x1 migrate_pfn=0x2 free_pfn=0x3 zone_end=0x4, mode=sync status=contended", { status: 7 }],
    ["mm_compaction_begin: zone_start=0x1 migrate_pfn=0x2 free_pfn=0x3 zone_end=0x4, mode=async", { sync: 0 }],
    [
      "balance_dirty_pages: bdi 8:0: limit=1 setpoint=2 dirty=3 wb_setpoint=4 wb_dirty=5 dirty_ratelimit=6 task_ratelimit=7 dirtied=8 dirtied_pause=9 paused=10 pause=-11 period=12 think=13 cgroup_ino=1",
      { pause: -11, period: 12 },
    ],
    [
      "jbd2_run_stats: dev 8,1 tid 44 wait 0 request_delay 0 running 1 locked 0 flushing 0 logging 0 handle_count 1 blocks 2 blocks_logged 3",
      { dev: 0x800001, tid: 44 },
    ],
    ["ext4_sync_file_enter: dev 8,1 ino 12 parent 2 datasync 0 ", { dev: 0x800001, ino: 12 }],
    ["napi_poll: napi poll on napi struct 000000005e2b1d9f for device eth0 work 1 budget 64", { work: 1, budget: 64 }],
    ["mark_victim: pid=77", { pid: 77 }],
    ["mm_vmscan_direct_reclaim_begin: order=3 may_writepage=1 gfp_flags=GFP_KERNEL", { order: 3 }],
    ["sched_wakeup: comm=a pid=7 prio=120 success=1 target_cpu=001", { pid: 7, target_cpu: 1 }],
    ["hrtimer_expire_entry: hrtimer=0xffff888627c1c6f8 now=1000000005 function=tick_sched_timer/0x0", { hrtimer: 0xf888627c1c6f8, now: 5 }],
    ["sys_enter: NR 202 (7f, ffffffffffffffff, 0, 0, 0, 5)", { id: 202, arg0: 0x7f, arg1: 2 ** 64, arg5: 5 }],
    ["softirq_entry: vec=9 [action=RCU]", { vec: 9 }],
    ["signal_generate: sig=9 errno=0 code=0 comm=a b pid=7 grp=1 res=0", { sig: 9, pid: 7 }],
  ])("%s", (body, expected) => {
    const trace = one(body);
    expect(codes(trace)).toEqual([]);
    const name = body.slice(0, body.indexOf(":"));
    for (const [field, value] of Object.entries(expected)) expect(column(trace, name, field), field).toEqual([value]);
  });

  it("give functions back by name, and pointers that the kernel hid as different ones", () => {
    const trace = importText(
      HEADER +
        line("x", "5       [000] ..... 1.000000: workqueue_execute_start: work struct 00000000546039a9: function nf_ct_gc [nf_conntrack]") +
        line("x", "5       [000] ..... 1.000001: workqueue_execute_end: work struct 00000000546039a9: function nf_ct_gc [nf_conntrack]") +
        line("x", "5       [000] ..... 1.000002: hrtimer_expire_exit: hrtimer=(____ptrval____)") +
        line("x", "5       [000] ..... 1.000003: hrtimer_expire_exit: hrtimer=(____ptrval____)"),
    );
    const [start] = column(trace, "workqueue_execute_start", "function");
    expect(trace.symbols.nameOf(start ?? 0)).toBe("nf_ct_gc");
    expect(column(trace, "workqueue_execute_end", "function")).toEqual([start]);
    expect(new Set(column(trace, "hrtimer_expire_exit", "hrtimer")).size).toBe(2);
    expect(trace.symbols.nameOf(0xffff)).toBeUndefined();
  });

  it("take the process from the column, and the name of a thread from its lines", () => {
    const trace = importText(
      HEADER +
        "     binder:12_3-45      (   12) [000] ..... 1.000000: sys_exit: NR 1 = 0\n           <...>-46      (-------) [000] ..... 2.000000: sys_exit: NR 1 = 0\n",
    );
    expect([45, 46].map((tid) => trace.threads.row(trace.threads.at(tid, 0)))).toMatchObject([
      { pid: 12, comm: "binder:12_3" },
      { pid: -1, comm: "" },
    ]);
  });
});

describe("system calls by name", () => {
  it("are the events that the kernel shows so, unless a function is called from somewhere", () => {
    const text = [
      "             cat-701     [000] ...1.   230.786671: sys_openat(dfd: ffffff9c, filename: 7fff8a0bcf93, flags: 0, mode: 0)",
      "             cat-701     [000] ...1.   230.787666: sys_openat -> 0x3",
      "             cat-701     [000] .....   230.787700: sys_fork(a=0x1) <-do_it",
    ].join("\n");
    const { counts } = importTrace(new TextEncoder().encode(`${text}\n`));
    expect([...counts.keys()].sort()).toEqual(["function", "sys_enter_openat", "sys_exit_openat"]);
  });
});
