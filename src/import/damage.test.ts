import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ImportError } from "../base/index.ts";
import type { Trace } from "../trace/index.ts";
import { FORMATS } from "../../test/support/formats.ts";
import { writePages } from "../../test/support/ring-buffer-writer.ts";
import { metadata, traceDatBytes } from "../../test/support/trace-dat.ts";
import { importTrace } from "./index.ts";

const SHAPE = { pageSize: 256, longSize: 8, little: true } as const;
const formats = FORMATS.filter(({ name }) => name === "sched_waking" || name === "print" || name === "irq_handler_entry");

/** 2 CPUs in the main buffer, 1 in a second one; sub-buffers of 256 bytes keep it small enough to cut at every byte. */
function smallFile(): Uint8Array {
  const pages = (cpus: readonly number[]): { kind: "bytes"; bytes: Uint8Array }[] =>
    writePages(
      cpus.flatMap((cpu) =>
        Array.from({ length: 12 }, (_, index) =>
          index % 3 === 0
            ? { cpu, timeNs: index * 100 + cpu, event: "irq_handler_entry", tid: 7, fields: { irq: index, name: "eth0" } }
            : { cpu, timeNs: index * 100 + cpu, event: "sched_waking", tid: 7, fields: { comm: "server", pid: 20, target_cpu: cpu } },
        ),
      ),
      { cpus: 2, base: 5_000_000_000n, shape: SHAPE, losses: [{ cpu: 1, beforeNs: 600, count: 3 }] },
    ).map((bytes) => ({ kind: "bytes", bytes }));
  const short = formats.map((format) => ({ ...format, text: format.text.replace(/print fmt:.*/s, 'print fmt: ""\n') }));
  return traceDatBytes(metadata({ cpus: 2, pageSize: 256, formats: short, kallsyms: "ffffffff81000000 T schedule\n", cmdlines: "20 server\n" }), [
    { name: "", stats: [], perCpu: pages([0, 1]) },
    { name: "deep", stats: [], perCpu: pages([0]) },
  ]);
}

/** A trace whose promises hold, or undefined when it was refused. Anything else that is thrown goes through. */
function readOrRefuse(bytes: Uint8Array): Trace | undefined {
  try {
    const trace = importTrace(bytes);
    for (const table of trace.tables.values()) {
      for (let row = 1; row < table.length; row++) if ((table.time[row] as number) < (table.time[row - 1] as number)) throw new Error("rows out of order");
    }
    for (const { from, to } of trace.lost) if (!(from <= to)) throw new Error("a loss ends before it begins");
    return trace;
  } catch (error) {
    if (error instanceof ImportError) return undefined;
    throw error;
  }
}

const rows = (trace: Trace | undefined): number => [...(trace?.counts.values() ?? [])].reduce((sum, { perCpu }) => sum + perCpu.reduce((a, b) => a + b, 0), 0);

describe("a damaged file", () => {
  const whole = smallFile();

  it("cut at any byte gives what is whole and says what is missing, or is refused", () => {
    const all = rows(readOrRefuse(whole));
    expect(all).toBe(36);
    let before = 0;
    let longest = 0;
    for (let size = 0; size < whole.length; size++) {
      const began = performance.now();
      const trace = readOrRefuse(whole.slice(0, size));
      longest = Math.max(longest, performance.now() - began);
      const now = rows(trace);
      // more bytes never give fewer records
      expect(now).toBeGreaterThanOrEqual(before);
      before = now;
      if (trace !== undefined && now < all) {
        expect(trace.problems.length).toBeGreaterThan(0);
        expect(trace.lost.some((lost) => lost.count === undefined)).toBe(true);
      }
    }
    expect(longest).toBeLessThan(1000);
  }, 60_000);

  it("with a hole at the end of a CPU's data keeps that CPU's whole sub-buffers and marks the rest as lost", () => {
    const trace = readOrRefuse(whole.slice(0, whole.length - 300));
    expect(trace?.problems.map((problem) => problem.code)).toContain("truncated");
    expect(trace?.lost.find((lost) => lost.buffer === "deep")).toMatchObject({ cpu: 0, to: trace?.end, count: undefined });
  });

  it("with bytes changed at random is read or refused, never more", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 }), (changes) => {
        const bytes = whole.slice();
        for (const [at, value] of changes) bytes[at] = value;
        readOrRefuse(bytes);
      }),
      { numRuns: 3000, seed: 1 },
    );
  }, 60_000);

  it("with words changed in its pages and tables is read or refused, never more", () => {
    const from = whole.length - 256 * 12;
    const word = fc.oneof(fc.nat(), fc.constantFrom(0, 0xffffffff, 0x80000000, 29, 30, 31, 0x1f, 1 << 5, 0xc0000010));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: from >> 2, max: (whole.length >> 2) - 1 }), word), { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = whole.slice();
        const view = new DataView(bytes.buffer);
        for (const [at, value] of changes) view.setUint32(at * 4, value >>> 0, true);
        readOrRefuse(bytes);
      }),
      { numRuns: 3000, seed: 2 },
    );
  }, 60_000);

  it.each([
    ["a common field behind any record", "common_pid;\toffset:4", "common_pid;\toffset:60000"],
    ["a field of a size that no integer has", "pid_t pid;\toffset:24;\tsize:4", "pid_t pid;\toffset:24;\tsize:7"],
    ["a field with an offset of 20 digits", "pid_t pid;\toffset:24", "pid_t pid;\toffset:99999999999999999999"],
    ["a task name that is a pointer", "char comm[16];\toffset:8;\tsize:16", "char * comm;\toffset:8;\tsize:8"],
    ["code as a field's name", "pid_t pid;", "pid_t x);throw 1;//;"],
    ["an odd place", "pid_t pid;\toffset:24", "pid_t pid;\toffset:25"],
  ])("with %s in a format is read without that field, or refused", (_, from, to) => {
    const changed = FORMATS.map((format) => (format.name === "sched_waking" ? { ...format, text: format.text.replace(from, to) } : format));
    expect(changed).not.toEqual(FORMATS);
    const pages = writePages([{ cpu: 0, timeNs: 1, event: "sched_waking", tid: 7, fields: { comm: "server", pid: 20 } }], { cpus: 1, base: 9n });
    const bytes = traceDatBytes(metadata({ formats: changed }), [{ name: "", stats: [], perCpu: pages.map((each) => ({ kind: "bytes", bytes: each })) }]);
    expect(rows(readOrRefuse(bytes))).toBe(1);
    expect(importTrace(bytes, { codeGeneration: false }).tables).toEqual(importTrace(bytes).tables);
  });

  it("whose table says that all CPUs have the same bytes reads them once", () => {
    const page = writePages([{ cpu: 0, timeNs: 1, event: "print", tid: 7, fields: { buf: "x" } }], { cpus: 1, base: 9n })[0] ?? new Uint8Array();
    const bytes = traceDatBytes(metadata({ cpus: 200 }), [{ name: "", stats: [], perCpu: [{ kind: "bytes", bytes: page }] }]);
    const view = new DataView(bytes.buffer);
    const table = Buffer.from(bytes.buffer).indexOf("flyrecord\0") + 10;
    for (let cpu = 1; cpu < 200; cpu++) {
      view.setBigUint64(table + cpu * 16, 0n, true);
      view.setBigUint64(table + cpu * 16 + 8, BigInt(bytes.length), true);
    }
    const trace = readOrRefuse(bytes);
    expect(trace?.problems.some((problem) => problem.code === "overlap")).toBe(true);
    expect(trace?.counts.get("print")?.perCpu[0]).toBe(1);
  });
});
