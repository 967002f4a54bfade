import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ImportError, UserError } from "../base/index.ts";
import { writeTraceDat, type TraceDatBuffer } from "../bundle/index.ts";
import { EVENT_SPECS, type Trace } from "../trace/index.ts";
import { FORMATS } from "../../test/support/formats.ts";
import { writePages, type WrittenEvent, type WriterOptions } from "../../test/support/ring-buffer-writer.ts";
import { DEFAULT_SHAPE } from "../../test/support/sub-buffer.ts";
import { metadata, traceDatBytes } from "../../test/support/trace-dat.ts";
import { scene, type Scene } from "../../test/support/trace-dsl.ts";
import { decodeBuffers } from "./decode-buffers.ts";
import { importTrace } from "./index.ts";
import { openTraceFile } from "./trace-file.ts";
import { readTraceDat } from "./trace-dat/read-trace-dat.ts";

const BASE = 1_000_000_000_000n;

const buffer = (name: string, pages: readonly Uint8Array[], stats: readonly string[] = []): TraceDatBuffer => ({
  name,
  stats,
  perCpu: pages.map((bytes) => ({ kind: "bytes", bytes })),
});
const pagesOf = (events: readonly WrittenEvent[], cpus = 1, options: Partial<WriterOptions> = {}): Uint8Array[] =>
  writePages(events, { cpus, base: BASE, ...options });
const raise = (timeNs: number, cpu = 0): WrittenEvent => ({
  cpu,
  timeNs,
  event: "softirq_raise",
  tid: 5,
  flags: 1,
  preemptCount: 2,
  fields: { vec: timeNs % 10 },
});
const switches = (count: number, cpu: number, step: number): WrittenEvent[] =>
  Array.from({ length: count }, (_, index) => ({
    cpu,
    timeNs: index * step + cpu,
    event: "sched_switch",
    tid: 10,
    fields: { prev_comm: "client", prev_pid: 10, prev_prio: 120, prev_state: 1, next_comm: `task ${index % 7}`, next_pid: 20 + (index % 7), next_prio: 100 },
  }));
const timesOf = (trace: Trace, name: string): number[] => [...(trace.tables.get(name)?.time ?? [])];

/** Everything in a trace that can be compared. */
const plain = (trace: Trace) => ({
  ...trace,
  symbols: undefined,
  strings: Array.from({ length: trace.strings.length }, (_, id) => trace.strings.get(id)),
  threads: Array.from({ length: trace.threads.length }, (_, index) => trace.threads.row(index as never)),
});

const rich = (): Scene =>
  scene({
    cpus: 2,
    threads: [
      { tid: 10, comm: "client" },
      { tid: 20, comm: "server" },
    ],
    deep: ["sys_enter", "sys_exit", "kernel_stack"],
  })
    .at(1)
    .marker("stallscope request begin id=0", { tid: 10 })
    .at(2)
    .switch(0, 10, "S", 20)
    .at(3)
    .waking(0, 20, 10, 1, 0x19)
    .irq(1, 4, 5, 33, "eth0")
    .softirq(0, 6, 7, 3)
    .syscall(20, 0, 8, 9, 202, [0xffff800000001000n, 2n ** 63n], -110)
    .at(10)
    .hrtimer(1, 1, 20, 21, 22)
    .at(300_000)
    .switch(0, 20, "D", 0)
    .stack(20, ["schedule", "io_schedule", "folio_wait_bit"])
    .at(300_001)
    .fork(0, 20, { tid: 30, comm: "child" })
    .exec(0, 30, "/bin/sh")
    .event("napi_poll", 0, { fields: { napi: 1, dev_name: "eth0", work: 3, budget: 64 } })
    .event("block_rq_issue", 0, { fields: { dev: 0x800001, sector: 2n ** 40n, nr_sector: 8, rwbs: "WS", comm: "server" } });

describe("importTrace", () => {
  it("decodes the fields of every event that the analysis reads", () => {
    const read = new Set(EVENT_SPECS.map(({ name }) => name));
    for (const { name } of FORMATS.filter((format) => read.has(format.name))) {
      const bytes = traceDatBytes(metadata(), [buffer("", pagesOf([{ cpu: 0, timeNs: 5, event: name, tid: 77, flags: 0x11, preemptCount: 3 }]))]);
      const trace = importTrace(bytes);
      const table = trace.tables.get(name);
      expect(trace.problems, name).toEqual([]);
      expect(table, name).toMatchObject({
        name,
        length: 1,
        time: Float64Array.of(0),
        cpu: Uint16Array.of(0),
        tid: Int32Array.of(77),
        flags: Uint8Array.of(0x11),
        preemptCount: Uint8Array.of(3),
      });
      expect([...(trace.counts.get(name)?.perCpu ?? [])]).toEqual([1]);
    }
  });

  it("generated and interpreted decoders give the same", () => {
    const bytes = rich().bytes();
    const generated = importTrace(bytes);
    expect(plain(importTrace(bytes, { codeGeneration: false }))).toEqual(plain(generated));
    expect(generated.tables.get("sys_enter")?.fields["arg1"]?.[0]).toBe(2 ** 63);
    expect(generated.tables.get("block_rq_issue")?.fields["sector"]?.[0]).toBe(2 ** 40);
    expect(generated.strings.get(generated.tables.get("block_rq_issue")?.fields["rwbs"]?.[0] ?? 0)).toBe("WS");
    expect(generated.tables.get("sched_waking")?.flags[0]).toBe(0x19);
  });

  it("gives the same from memory, from memory at an odd address, from a file, and from a file in pieces", () => {
    const folder = mkdtempSync(join(tmpdir(), "stallscope-import-"));
    try {
      const pages = pagesOf([...switches(400, 0, 1000), ...switches(300, 1, 1300)], 2);
      const bytes = traceDatBytes(metadata({ cpus: 2 }), [buffer("", pages), buffer("deep", pagesOf([raise(5), raise(7)]))]);
      const expected = plain(importTrace(bytes));
      const odd = new Uint8Array(bytes.length + 1);
      odd.set(bytes, 1);
      expect(plain(importTrace(odd.subarray(1)))).toEqual(expected);
      const path = join(folder, "trace.dat");
      writeFileSync(path, bytes);
      expect(plain(importTrace(path))).toEqual(expected);
      const file = openTraceFile(path, { readWholeBytes: 0 });
      const decoded = decodeBuffers(readTraceDat(file), { codeGeneration: true });
      file.close();
      expect(decoded.tables).toEqual(expected.tables);
      expect(decoded.counts).toEqual(expected.counts);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("reads what the production writer writes as what the test writer writes", () => {
    const folder = mkdtempSync(join(tmpdir(), "stallscope-import-"));
    try {
      const meta = metadata({ cpus: 2, cmdlines: "10 client\n", kallsyms: "ffffffff81000000 T schedule\n" });
      const buffers = [
        buffer("", pagesOf([...switches(200, 0, 10), ...switches(90, 1, 30)], 2), ["entries: 0\noverrun: 0\n", ""]),
        buffer("deep", pagesOf([raise(1)])),
      ];
      writeTraceDat(join(folder, "trace.dat"), meta, buffers);
      expect(plain(importTrace(join(folder, "trace.dat")))).toEqual(plain(importTrace(traceDatBytes(meta, buffers))));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("orders rows by time, then CPU, then place, and splits nothing over pages", () => {
    const trace = importTrace(
      traceDatBytes(metadata({ cpus: 3 }), [
        buffer(
          "",
          pagesOf(
            [...switches(500, 2, 7), ...switches(500, 0, 5), raise(3, 1), raise(3, 1), raise(5, 0), raise(5, 1)].sort((a, b) => a.timeNs - b.timeNs),
            3,
          ),
        ),
      ]),
    );
    const table = trace.tables.get("sched_switch");
    expect(table?.length).toBe(1000);
    for (let row = 1; row < 1000; row++) {
      const [before, now] = [row - 1, row].map((at) => [table?.time[at] ?? 0, table?.cpu[at] ?? 0] as const);
      expect(before?.[0] ?? 0).toBeLessThanOrEqual(now?.[0] ?? -1);
      if (before?.[0] === now?.[0]) expect(before?.[1]).toBeLessThan(now?.[1] ?? -1);
    }
    expect([...(trace.tables.get("softirq_raise")?.cpu ?? [])]).toEqual([1, 1, 0, 1]);
    expect(trace.end).toBe(499 * 7 + 2);
  });

  it("takes an event from the first buffer that has it, print and kernel_stack from all", () => {
    const marker = (timeNs: number, buf: string): WrittenEvent => ({ cpu: 0, timeNs, event: "print", tid: 1, fields: { buf } });
    const bytes = traceDatBytes(metadata(), [
      buffer("", pagesOf([raise(10), marker(20, "main")])),
      buffer("one", pagesOf([raise(11), marker(15, "one"), ...switches(2, 0, 30).map((event) => ({ ...event, timeNs: event.timeNs + 40 }))])),
      buffer("two", pagesOf(switches(5, 0, 30))),
    ]);
    const trace = importTrace(bytes);
    expect(trace.clock.base).toBe(BASE);
    expect(timesOf(trace, "softirq_raise")).toEqual([10]);
    expect(timesOf(trace, "sched_switch")).toEqual([40, 70]);
    expect([...(trace.tables.get("print")?.fields["buf"] ?? [])].map((id) => trace.strings.get(id))).toEqual(["one", "main"]);
    expect(trace.counts.get("sched_switch")?.perCpu[0]).toBe(7);
  });

  it("marks where events were lost", () => {
    const losses = [
      { cpu: 1, beforeNs: 500, count: 42 },
      { cpu: 0, beforeNs: 0 },
    ];
    const trace = importTrace(
      traceDatBytes(metadata({ cpus: 2 }), [buffer("", pagesOf([raise(100), raise(900), raise(0, 1), raise(400, 1), raise(600, 1)], 2, { losses }))]),
    );
    expect(trace.lost).toEqual([
      { cpu: 0, from: 0, to: 100, count: undefined, buffer: "" },
      { cpu: 1, from: 400, to: 600, count: 42, buffer: "" },
    ]);
  });

  it("says so when the kernel lost more than the pages tell", () => {
    const stats = (overrun: number, dropped: number) => [`CPU: 0\nentries: 3\noverrun: ${overrun}\ncommit overrun: 0\ndropped events: ${dropped}\n`];
    const pages = pagesOf([raise(1), raise(9)], 1, { losses: [{ cpu: 0, beforeNs: 5, count: 3 }] });
    expect(importTrace(traceDatBytes(metadata(), [buffer("", pages, stats(3, 0))])).problems).toEqual([]);
    expect(importTrace(traceDatBytes(metadata(), [buffer("", pages, stats(3, 4))])).problems).toMatchObject([
      { code: "unplaced-losses", cpu: 0, message: "CPU 0 lost 4 events, and its pages do not say when" },
    ]);
  });

  it("counts records that have no format", () => {
    const formats = FORMATS.filter((format) => format.name !== "softirq_raise");
    const id = /ID: (\d+)/.exec(FORMATS.find((format) => format.name === "softirq_raise")?.text ?? "")?.[1];
    const trace = importTrace(traceDatBytes(metadata({ formats }), [buffer("", pagesOf([raise(1), raise(2)]))]));
    expect([...(trace.counts.get(`unknown:${id}`)?.perCpu ?? [])]).toEqual([2]);
  });

  it("reads big-endian recordings", () => {
    const shape = { ...DEFAULT_SHAPE, little: false };
    const events: WrittenEvent[] = [
      ...switches(3, 0, 2 ** 28),
      { cpu: 0, timeNs: 2 ** 30, event: "irq_handler_entry", tid: 3, fields: { irq: -2, name: "mpic" } },
      { cpu: 0, timeNs: 2 ** 30 + 1, event: "sys_enter", tid: 3, fields: { id: 4, args: [1, 2n ** 40n, 3] } },
      { cpu: 0, timeNs: 2 ** 30 + 2, event: "kernel_stack", tid: 3, fields: { size: 2, caller: [0xc000000000001234n, 0xc000000000005678n] } },
    ];
    const bytes = (little: boolean) => traceDatBytes(metadata(), [buffer("", pagesOf(events, 1, little ? {} : { shape }))], little);
    const expected = plain(importTrace(bytes(true)));
    expect(expected.tables.size).toBe(4);
    expect(plain(importTrace(bytes(false)))).toEqual(expected);
    expect(plain(importTrace(bytes(false), { codeGeneration: false }))).toEqual(expected);
  });

  it("keeps hostile task names apart and readable", () => {
    const names = ["\x1b]0;owned\x07", "a b\tc\nd", "__proto__", "constructor", "\ufeffbom", "日本語", "-", "[x]", "'; DROP"];
    const raw = Uint8Array.of(0xff, 0xfe, 0x80, 0);
    const full = new TextEncoder().encode("sixteen bytes!!!");
    const trace = importTrace(
      traceDatBytes(metadata(), [
        buffer(
          "",
          pagesOf([...names, raw, full].map((comm, index) => ({ cpu: 0, timeNs: index, event: "sched_waking", tid: 1, fields: { comm, pid: 100 + index } }))),
        ),
      ]),
    );
    const comms = [...trace.threadNames.name].map((id) => trace.strings.get(id));
    expect(comms).toEqual([...names, "\ufffd\ufffd\ufffd", "sixteen bytes!!!"]);
    expect(trace.threads.row(trace.threads.at(102, 0)).comm).toBe("__proto__");
  });

  it("ignores what is behind the NUL of a name", () => {
    const stale = (tail: string) => Uint8Array.from(new TextEncoder().encode(`sh\0${tail}`.padEnd(16, "\0")));
    const trace = importTrace(
      traceDatBytes(metadata(), [
        buffer(
          "",
          pagesOf(["", "old", "other"].map((tail, index) => ({ cpu: 0, timeNs: index, event: "sched_waking", tid: 1, fields: { comm: stale(tail), pid: 9 } }))),
        ),
      ]),
    );
    expect([...trace.threadNames.name]).toEqual([trace.strings.find("sh")]);
  });

  it("cuts a string that points outside its record", () => {
    const pages = pagesOf([
      { cpu: 0, timeNs: 1, event: "irq_handler_entry", tid: 1, fields: { irq: 1, name: "eth0" } },
      { cpu: 0, timeNs: 2, event: "irq_handler_entry", tid: 1, fields: { irq: 2, name: "eth1" } },
      raise(3),
    ]);
    const view = new DataView(pages[0]?.buffer ?? new ArrayBuffer(0));
    // the first record's payload is at 20, its __data_loc word at 20 + 12
    view.setUint32(32, (60_000 << 16) | 16, true);
    // 21 bytes and 3 of padding later comes the next one
    view.setUint32(32 + 24 + 4, (5 << 16) | 4000, true);
    const trace = importTrace(traceDatBytes(metadata(), [buffer("", pages)]));
    expect([...(trace.tables.get("irq_handler_entry")?.fields["name"] ?? [])].map((id) => trace.strings.get(id))).toEqual(["eth0", ""]);
  });

  it("puts rows in order when a CPU's stamps go backwards", () => {
    const trace = importTrace(
      traceDatBytes(metadata({ cpus: 1 }), [
        buffer("", [Uint8Array.from([...(pagesOf([raise(500), raise(600)])[0] ?? []), ...(pagesOf([raise(100), raise(550)])[0] ?? [])])]),
      ]),
    );
    expect(timesOf(trace, "softirq_raise")).toEqual([100, 500, 550, 600].map((time) => time - 500));
    expect([trace.begin, trace.end]).toEqual([-400, 100]);
  });

  it("warns about clocks that do not tick in ns", () => {
    const of = (traceClock: string) => importTrace(traceDatBytes(metadata({ traceClock }), [buffer("", pagesOf([raise(1)]))]));
    expect(of("local [mono]")).toMatchObject({ clock: { name: "mono" }, problems: [] });
    expect(of("[x86-tsc] mono").problems).toMatchObject([{ code: "clock-not-ns" }]);
    expect(of("").clock.name).toBe("");
  });

  it("gives an empty trace for a file without events", () => {
    const trace = importTrace(traceDatBytes(metadata({ cpus: 2 }), [buffer("", [])]));
    expect(trace).toMatchObject({ begin: 0, end: 0, lost: [], problems: [], clock: { base: 0n } });
    expect(trace.threads.length).toBe(1);
  });

  it("is not led astray by sub-buffers that were never filled", () => {
    const blank = Uint8Array.from([...new Uint8Array(4096), ...(pagesOf([raise(7)])[0] ?? [])]);
    const trace = importTrace(traceDatBytes(metadata(), [buffer("", [blank])]));
    expect([trace.clock.base, timesOf(trace, "softirq_raise")]).toEqual([BASE + 7n, [0]]);
  });
});

describe("importTrace refuses", () => {
  const head = traceDatBytes(metadata(), [buffer("", [])]);
  const codeOf = (file: string | Uint8Array): string => {
    try {
      importTrace(file, { fileName: "x.dat" });
    } catch (error) {
      if (error instanceof UserError) return error.code;
      throw error;
    }
    return "none";
  };

  it("a version that is not known, with what to do", () => {
    const v8 = head.slice();
    v8[10] = 0x38;
    expect(() => importTrace(v8, { fileName: "x.dat" })).toThrow(
      expect.objectContaining({ code: "trace-dat-version", exitCode: 4, hint: expect.stringContaining("trace-cmd convert") }),
    );
    expect(() => importTrace(v8, { fileName: "x.dat" })).toThrow("x.dat, offset 10");
  });

  it("anything else, by code", () => {
    expect(codeOf(new Uint8Array())).toBe("empty");
    expect(codeOf(new TextEncoder().encode("dear diary\n"))).toBe("not-a-trace");
    expect(codeOf("/nonexistent/trace.dat")).toBe("cannot-open");
    expect(codeOf("/proc/self")).toBe("not-a-file");
    expect(codeOf(head.subarray(0, 200))).toBe("truncated");
    const version = head.slice();
    version[10] = 0x39;
    expect(codeOf(version)).toBe("trace-dat-version");
    expect(() => importTrace(head.subarray(0, 200))).toThrow(ImportError);
  });
});
