import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ImportError } from "../../base/index.ts";
import type { TraceDatBuffer } from "../../bundle/index.ts";
import type { ImportProblem } from "../../trace/index.ts";
import { FORMATS } from "../../../test/support/formats.ts";
import { writePages, type WrittenEvent } from "../../../test/support/ring-buffer-writer.ts";
import { STORED_ZSTD, traceDatV7Bytes, ZLIB, type V7Options } from "../../../test/support/trace-dat-v7.ts";
import { metadata, Output, traceDatBytes, utf8 } from "../../../test/support/trace-dat.ts";
import { memoryFile, openTraceFile } from "../trace-file.ts";
import { unpackerOf } from "../unpack/index.ts";
import { ByteBudget } from "./byte-budget.ts";
import { packedData } from "./packed-data.ts";
import type { CpuData, TraceDatParts } from "./parts.ts";
import { readTraceDat } from "./read-trace-dat.ts";

const BASE = 5_000_000_000n;
const formats = FORMATS.filter(({ name }) => name === "sched_waking" || name === "print");
const wakings = (cpu: number, count: number): WrittenEvent[] =>
  Array.from({ length: count }, (_, index) => ({ cpu, timeNs: index * 100 + cpu, event: "sched_waking", tid: 7, fields: { comm: "server", pid: 20 } }));

/** CPU 0 and 2 of 3 have data, 7 sub-buffers each. */
function pagesOf(shape = { pageSize: 256, longSize: 8 as 4 | 8, little: true }, count = 40): TraceDatBuffer["perCpu"] {
  return writePages([...wakings(0, count), ...wakings(2, count)], { cpus: 3, base: BASE, shape, formats }).map((bytes) => ({ kind: "bytes", bytes }));
}
const meta = (change: Parameters<typeof metadata>[0] = {}) =>
  metadata({ cpus: 3, pageSize: 256, formats, kallsyms: "ffffffff81000000 T schedule\n", printkFormats: '0xff : "x"\n', cmdlines: "20 server\n", ...change });
const buffers = (): TraceDatBuffer[] => [
  { name: "", stats: ["CPU: 0\nentries: 40\noverrun: 3\n"], perCpu: pagesOf() },
  { name: "deep", stats: [], perCpu: pagesOf().slice(0, 1) },
];
const read = (bytes: Uint8Array): TraceDatParts => readTraceDat(memoryFile(bytes, "x.dat"));
const bytesOf = (data: CpuData): Uint8Array => Buffer.concat([...data.pieces()].map(({ bytes }) => bytes));
const readable = (parts: TraceDatParts) => ({
  ...parts,
  version: 0,
  // version 6 names every CPU, 7 only those with data; both leave out the empty ones
  buffers: parts.buffers.map(({ cpus, ...buffer }) => ({
    ...buffer,
    cpus: cpus.map((data) => ({ cpu: data.cpu, truncated: data.truncated, bytes: bytesOf(data) })),
  })),
});
const errorOf = (bytes: Uint8Array): ImportError => {
  try {
    read(bytes);
  } catch (error) {
    if (error instanceof ImportError) return error;
    throw error;
  }
  throw new Error("it was read");
};

describe("version 7", () => {
  const same: [string, V7Options][] = [
    ["not packed", {}],
    ["packed with zlib", { packing: ZLIB }],
    ["packed with zstd", { packing: STORED_ZSTD }],
    ["with blocks that cut sub-buffers", { packing: { ...ZLIB, pack: ZLIB.pack }, pagesPerBlock: 1.5 }],
    ["with one sub-buffer a block", { packing: ZLIB, pagesPerBlock: 1 }],
    ["with sizes that are 4 too small", { packing: ZLIB, shortSizes: true }],
    ["with sections and options that nobody knows", { packing: ZLIB, withUnknown: true }],
  ];
  it.each(same)("%s has the same parts as version 6", (_, options) => {
    const expected = readable(read(traceDatBytes(meta(), buffers())));
    expect(expected.problems).toEqual([]);
    expect(expected.buffers.map(({ cpus }) => cpus.map(({ cpu, bytes }) => [cpu, bytes.length]))).toEqual([
      [
        [0, 1792],
        [2, 1792],
      ],
      [[0, 1792]],
    ]);
    expect(readable(read(traceDatV7Bytes(meta(), buffers(), options)))).toEqual(expected);
  });

  it("of a big-endian machine with longs of 4 bytes is read as its version 6", () => {
    const shape = { pageSize: 512, longSize: 4 as const, little: false };
    const own: TraceDatBuffer[] = [{ name: "", stats: [], perCpu: pagesOf(shape) }];
    const description = meta({ pageSize: 512, longSize: 4 });
    const expected = readable(read(traceDatBytes(description, own, false)));
    expect(expected).toMatchObject({ little: false, headerPage: { longSize: 4, dataOffset: 12, pageSize: 512 } });
    for (const packing of [undefined, ZLIB]) {
      const options = { little: false, ...(packing === undefined ? {} : { packing }) };
      expect(readable(read(traceDatV7Bytes(description, own, options)))).toEqual(expected);
    }
  });

  it("has a size of sub-buffers for each buffer, believed when the pages agree", () => {
    const large = { pageSize: 1024, longSize: 8 as const, little: true };
    for (const packing of [undefined, ZLIB]) {
      const own: TraceDatBuffer[] = [
        { name: "", stats: [], perCpu: pagesOf() },
        { name: "large", stats: [], perCpu: pagesOf(large, 100) },
      ];
      const sizes = (pageSizes: readonly number[]): number[] =>
        read(traceDatV7Bytes(meta(), own, { pageSizes, ...(packing === undefined ? {} : { packing }) })).buffers.map(({ layout }) => layout.pageSize);
      expect(sizes([256, 1024])).toEqual([256, 1024]);
      // an early writer puts the size of a system page
      expect(sizes([4096, 1024])).toEqual([256, 1024]);
      expect(sizes([0, 1024])).toEqual([256, 1024]);
      expect(sizes([0xffffffff, 1024])).toEqual([256, 1024]);
    }
  });

  it("may leave out everything but header_page and a buffer", () => {
    const bytes = traceDatV7Bytes(meta(), buffers());
    // the options that point to formats, kallsyms, printk and command lines become unknown ones
    const view = new DataView(bytes.buffer);
    for (let id = 17; id <= 21; id++) view.setUint16(find(bytes, [id, 0, 8, 0, 0, 0]), 99, true);
    const parts = read(bytes);
    expect(parts).toMatchObject({ formats: [], kallsyms: "", printkFormats: "", cmdlines: "", problems: [], cpus: 3 });
    expect(parts.buffers[0]?.cpus.length).toBe(2);
  });

  it("holds a latency tracer's text beside events, or alone", () => {
    const text = `# tracer: irqsoff\n${"bash-1  0d..1  5us+: x\n".repeat(200)}`;
    for (const packing of [undefined, ZLIB]) {
      const options = { text: { name: "lat", text }, ...(packing === undefined ? {} : { packing }) };
      expect(read(traceDatV7Bytes(meta(), buffers(), options)).latencyTexts).toEqual([{ name: "lat", text }]);
      expect(read(traceDatV7Bytes(meta(), [], options))).toMatchObject({ buffers: [], latencyTexts: [{ name: "lat", text }], problems: [] });
    }
  });
});

describe("packed data", () => {
  it("that may not stay in memory is unpacked whenever it is asked for, to the same", () => {
    const bytes = traceDatV7Bytes(meta(), buffers(), { packing: ZLIB, pagesPerBlock: 1.5 });
    const parts = read(bytes);
    const [kept] = parts.buffers[0]?.cpus ?? [];
    const input = { file: memoryFile(bytes, "x.dat"), header: parts.headerPage, said: 256, little: true, what: "it" };
    const place = { cpu: 0, offset: kept?.offset ?? 0, size: 1 };
    const open = (keptAtMost: number): { data: CpuData; problems: ImportProblem[] } => {
      const problems: ImportProblem[] = [];
      const budget = new ByteBudget(bytes.length, keptAtMost);
      const unpack = unpackerOf("zlib", { file: "x.dat", offset: 0 });
      return { data: packedData({ ...input, unpack, budget, problems }, place, undefined).data, problems };
    };
    const again = open(0).data;
    for (let pass = 0; pass < 2; pass++) expect(bytesOf(again)).toEqual(bytesOf(kept as CpuData));
    expect([...again.pieces()].every((piece) => piece.bytes.length % 256 === 0 && piece.bytes.byteOffset % 4 === 0)).toBe(true);
    expect([...again.pieces()][0]?.bytes.buffer).not.toBe([...again.pieces()][0]?.bytes.buffer);
    // the same damage in both ways
    const second = [...(kept?.pieces() ?? [])][1]?.offset ?? 0;
    bytes.fill(0xff, second + 4, second + 8);
    const [lazy, eager] = [open(0), open(1 << 30)];
    expect(lazy.problems).toMatchObject([{ code: "bad-packing", offset: second }]);
    expect([lazy.problems, bytesOf(lazy.data)]).toEqual([eager.problems, bytesOf(eager.data)]);
  });

  it("is read the same from a file that is too large for memory", () => {
    const folder = mkdtempSync(join(tmpdir(), "stallscope-parts-"));
    try {
      const bytes = traceDatV7Bytes(meta(), buffers(), { packing: ZLIB });
      writeFileSync(join(folder, "x.dat"), bytes);
      const file = openTraceFile(join(folder, "x.dat"), { readWholeBytes: 0 });
      expect(readable(readTraceDat(file))).toEqual(readable(read(bytes)));
      file.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("version 6", () => {
  it("with a latency tracer's text instead of events gives the text", () => {
    const bytes = traceDatBytes(meta(), []);
    const head = bytes.subarray(0, find(bytes, utf8("flyrecord\0")));
    const text = "# tracer: wakeup_rt\n  <idle>-0  1d.h4 0us : x\n";
    expect(read(Buffer.concat([head, utf8(`latency  \0${text}`)]))).toMatchObject({
      version: 6,
      buffers: [],
      latencyTexts: [{ name: "", text }],
      problems: [],
    });
  });

  it.each([4096, 8192, 65_536, 524_288])("with sub-buffers of %d bytes is read by what header_page says", (pageSize) => {
    const shape = { pageSize, longSize: 8 as const, little: true };
    const own: TraceDatBuffer[] = [{ name: "", stats: [], perCpu: pagesOf(shape, 20_000) }];
    const bytes = traceDatBytes(meta({ pageSize }), own);
    const [cpu] = read(bytes).buffers[0]?.cpus ?? [];
    expect(cpu?.size).toBeGreaterThan(pageSize);
    // the page size in the head of the file is the machine's in files of old writers
    new DataView(bytes.buffer).setUint32(14, 4096, true);
    expect(read(bytes).buffers[0]?.layout.pageSize).toBe(pageSize);
  });
});

/** One option of any id in both versions. */
function withOption(id: number, fill: (out: Output) => void, little = true): TraceDatParts[] {
  const data = new Output(little);
  fill(data);
  const body = data.result();
  const v6 = traceDatBytes(meta(), buffers(), little);
  const at = find(v6, utf8("options  \0")) + 10;
  const option = new Output(little).u16(id).u32(body.length).bytes(body).result();
  // the table behind the options moves; its places of data do too, so the data is left out
  const moved = Buffer.concat([v6.subarray(0, at), option, v6.subarray(at)]);
  return [read(moved), read(traceDatV7Bytes(meta(), buffers(), { extra: [{ id, data: body }], little }))];
}

describe("options", () => {
  const u64 = (out: Output, ...values: bigint[]): Output => {
    for (const value of values) out.u32(Number(value & 0xffffffffn)).u32(Number((value >> 32n) & 0xffffffffn));
    return out;
  };

  it("DATE and OFFSET move what trace-cmd prints, not our times", () => {
    for (const parts of withOption(1, (out) => out.text("0x5b3e6d8f\0"))) expect(parts.notes.printedOffset).toBe(0x5b3e6d8fn * 1000n);
    for (const parts of withOption(7, (out) => out.text("-42\0"))) expect([parts.notes.printedOffset, parts.conversion]).toEqual([-42n, undefined]);
    for (const parts of withOption(1, (out) => out.text("yesterday\0"))) expect(parts.notes.printedOffset).toBe(0n);
  });

  it("TSC2NSEC and TIME_SHIFT convert stamps", () => {
    for (const parts of withOption(14, (out) => u64(out.u32(1 << 30).u32(31), 5n))) expect(parts.conversion?.stamp(0, 10n ** 18n)).toBe(5n * 10n ** 17n);
    const shift = (out: Output): Output => u64(u64(out, 9n).u32(0).u32(1).u32(1), 100n, -30n & 0xffffffffffffffffn, 1n);
    for (const parts of withOption(12, shift)) expect([parts.conversion?.stamp(0, 100n), parts.conversion?.stamp(1, 100n)]).toEqual([70n, 100n]);
    for (const parts of withOption(12, (out) => u64(out, 9n).u32(0).u32(1000).u32(1000)))
      expect([parts.conversion, parts.problems[0]?.code]).toEqual([undefined, "bad-option"]);
  });

  it("x86-tsc without a factor is no clock of ns; with one it is", () => {
    const own = meta({ traceClock: "local [x86-tsc]" });
    expect(read(traceDatV7Bytes(own, buffers())).problems).toMatchObject([{ code: "clock-not-ns" }]);
    const data = u64(new Output(true).u32(1).u32(0), 0n).result();
    expect(read(traceDatV7Bytes(own, buffers(), { extra: [{ id: 14, data }] })).problems).toEqual([]);
  });

  it("GUEST, TRACEID and PROCMAPS are kept", () => {
    for (const { notes } of withOption(13, (out) => u64(out.text("vm\0"), 0xfedcba9876543210n).u32(2).u32(0).u32(811).u32(1).u32(812)))
      expect(notes.guests).toEqual([
        {
          name: "vm",
          traceId: 0xfedcba9876543210n,
          cpus: [
            { cpu: 0, tid: 811 },
            { cpu: 1, tid: 812 },
          ],
        },
      ]);
    for (const { notes } of withOption(11, (out) => u64(out, 7n))) expect(notes.traceId).toBe(7n);
    const maps = "1f4 2 /bin/a b\n55550000 55560000 /bin/a b\n7fff0000 7fffffffffff /lib/c\n\0";
    for (const { notes } of withOption(10, (out) => out.text(maps)))
      expect(notes.processMaps).toEqual([
        {
          pid: 500,
          name: "/bin/a b",
          ranges: [
            { start: 0x55550000n, end: 0x55560000n, path: "/bin/a b" },
            { start: 0x7fff0000n, end: 0x7fffffffffffn, path: "/lib/c" },
          ],
        },
      ]);
    for (const { notes } of withOption(10, (out) => out.text("1 ffffffff x\n1 2 y"))) expect(notes.processMaps[0]?.ranges.length).toBe(1);
  });

  it("CPUSTAT is of the main buffer until a line names another", () => {
    const stats = ["CPU: 0\noverrun: 1\n", "\nBuffer: deep\n\n", "CPU: 0\noverrun: 2\n", "CPU: 1\noverrun: 5\n", "CPU: 1\noverrun: 6\n"];
    const [main, deep] = buffers();
    const parts = read(traceDatBytes(meta(), [{ name: "", perCpu: main?.perCpu ?? [], stats }, deep ?? { name: "", stats: [], perCpu: [] }]));
    expect(parts.stats).toEqual([{ cpu: 0, overrun: 1, dropped: 0 }]);
    // what is said twice is of buffers that are not told apart
    expect(parts.buffers.map((buffer) => buffer.stats)).toEqual([parts.stats, [{ cpu: 0, overrun: 2, dropped: 0 }]]);
  });
});

describe("damage", () => {
  const whole = traceDatV7Bytes(meta(), buffers(), { packing: ZLIB });
  const v7 = traceDatV7Bytes(meta(), buffers());
  const link = (bytes: Uint8Array): number => 14 + 4 + bytes.subarray(18).indexOf(0) + 2 + bytes.subarray(18 + bytes.subarray(18).indexOf(0) + 1).indexOf(0);

  it("of one packed block costs that block, with the hole marked", () => {
    const bytes = traceDatV7Bytes(meta(), buffers(), { packing: ZLIB, pagesPerBlock: 3 });
    const good = bytesOf(read(bytes).buffers[0]?.cpus[0] as CpuData);
    const [, second] = [...(read(bytes).buffers[0]?.cpus[0]?.pieces() ?? [])];
    bytes.fill(0xff, (second?.offset ?? 0) + 4, (second?.offset ?? 0) + 8);
    const parts = read(bytes);
    expect(parts.problems).toMatchObject([{ code: "bad-packing", cpu: 0, offset: second?.offset }]);
    const [data] = parts.buffers[0]?.cpus ?? [];
    const left = bytesOf(data as CpuData);
    expect(Buffer.from(left.subarray(0, 768)).equals(good.subarray(0, 768))).toBe(true);
    // an empty sub-buffer of the time of the next one, which says that events were lost
    expect(new DataView(left.buffer, left.byteOffset + 768).getBigUint64(0, true)).toBe(
      new DataView(good.buffer, good.byteOffset + 1536).getBigUint64(0, true),
    );
    expect(new DataView(left.buffer, left.byteOffset + 768).getBigUint64(8, true)).toBe(0x80000000n);
    expect(Buffer.from(left.subarray(1024)).equals(good.subarray(1536))).toBe(true);
  });

  it("of the last packed block leaves the CPU cut off", () => {
    const bytes = traceDatV7Bytes(meta(), buffers(), { packing: ZLIB, pagesPerBlock: 3 });
    const last = [...(read(bytes).buffers[0]?.cpus[0]?.pieces() ?? [])].at(-1);
    bytes.fill(0xff, last?.offset, (last?.offset ?? 0) + 4);
    expect(read(bytes).buffers[0]?.cpus[0]).toMatchObject({ truncated: true, size: 6 * 256 });
  });

  it("of the chain's end keeps the buffers that are known, and names it", () => {
    const cut = whole.subarray(0, whole.length - 40);
    const parts = read(cut);
    expect(parts.buffers.map(({ name }) => name)).toEqual([""]);
    expect(parts.problems).toMatchObject([{ code: "truncated", message: expect.stringMatching(/options are missing, and buffers with them/) }]);
  });

  it("of the chain before any buffer is refused by name", () => {
    expect(errorOf(whole.subarray(0, 1200)).code).toBe("truncated");
    const cycle = v7.slice();
    const view = new DataView(cycle.buffer);
    const first = Number(view.getBigUint64(link(cycle), true));
    const size = Number(view.getBigUint64(first + 8, true));
    view.setBigUint64(first + 16 + size - 8, BigInt(first), true);
    expect(errorOf(cycle)).toMatchObject({ code: "options-cycle", offset: first });
    expect(errorOf(cycle).message).toMatch(/^the chain of options sections leads back to one that was read already \(x\.dat, offset \d+\)$/);
  });

  it.each([
    ["a section of another kind", (view: DataView, first: number) => view.setUint16(first, 7, true), "bad-section"],
    ["options beyond the file", (view: DataView, first: number, at: number) => view.setBigUint64(at, BigInt(first) << 20n, true), "truncated"],
    ["options at 2^60", (view: DataView, _: number, at: number) => view.setBigUint64(at, 1n << 60n, true), "bad-size"],
    ["no options", (view: DataView, _: number, at: number) => view.setBigUint64(at, 0n, true), "no-buffer"],
    ["a packed section in a file that packs nothing", (view: DataView, first: number) => view.setUint16(first + 2, 1, true), "bad-size"],
    ["options of 2^50 bytes", (view: DataView, first: number) => view.setBigUint64(first + 8, 1n << 50n, true), "bad-size"],
  ])("%s is refused with its place", (_, change, code) => {
    const bytes = v7.slice();
    const view = new DataView(bytes.buffer);
    change(view, Number(view.getBigUint64(link(bytes), true)), link(bytes));
    const error = errorOf(bytes);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^[^.]+ \(x\.dat, offset \d+\)$/);
  });

  it("of a kind of packing that is not known is named", () => {
    const lzo = traceDatV7Bytes(meta(), buffers(), { packing: { ...ZLIB, name: "lzo" } });
    expect(errorOf(lzo)).toMatchObject({ code: "unknown-compression", hint: expect.stringContaining("--compression none") });
  });

  it("tables that say that all CPUs have the same bytes are read once", () => {
    const bytes = v7.slice();
    const view = new DataView(bytes.buffer);
    const table = find(bytes, utf8("\0mono\0")) + 6 + 8;
    const first = view.getBigUint64(table + 4, true);
    view.setBigUint64(table + 20 + 4, first, true);
    view.setBigUint64(table + 20 + 12, BigInt(bytes.length), true);
    expect(read(bytes).problems.map(({ code }) => code)).toContain("overlap");
  });

  it("a machine without CPUs, and one with a billion, are refused", () => {
    for (const [cpus, code] of [
      [0, "no-cpus"],
      [1e9, "bad-cpus"],
    ] as const) {
      const option = new Output(true).u16(8).u32(4).u32(cpus).result();
      const bytes = traceDatV7Bytes(meta(), [{ name: "", stats: [], perCpu: [] }]);
      bytes.set(option, find(bytes, [8, 0, 4, 0, 0, 0, 3, 0, 0, 0]));
      expect(errorOf(bytes).code).toBe(code);
      const v6 = traceDatBytes(meta({ cpus: 0 }), []);
      v6.set(option, find(v6, [8, 0, 4, 0, 0, 0]));
      expect(errorOf(v6).code).toBe(code);
    }
  });
});

function find(bytes: Uint8Array, what: ArrayLike<number>): number {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(Uint8Array.from(what));
  if (at < 0) throw new Error("not there");
  return at;
}
