import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FORMATS } from "../../test/support/formats.ts";
import { writePages } from "../../test/support/ring-buffer-writer.ts";
import { importTrace } from "../import/index.ts";
import { countRecords } from "./count-records.ts";
import { writeTraceDat } from "./write-trace-dat.ts";
import type { TraceDatMetadata } from "./trace-dat-types.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stallscope-trace-dat-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const HEADER_PAGE =
  "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n\tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;\n";
const METADATA: TraceDatMetadata = {
  headerPage: HEADER_PAGE,
  headerEvent: "",
  ftraceFormats: FORMATS.filter(({ name }) => name === "print").map(({ text }) => text),
  systems: [],
  kallsyms: "ffffffff81000000 T start\n",
  printkFormats: "",
  cmdlines: "7 seven\n",
  cpus: 3,
  longSize: 8,
  pageSize: 4096,
  uname: "Linux",
  version: "test",
  traceClock: "local [mono]",
};
const BASE = 5_000_000_000n;
const pages = (): Uint8Array[] =>
  writePages(
    Array.from({ length: 900 }, (_, index) => ({ cpu: index % 2, timeNs: index * 1000, event: "print", tid: 7, fields: { buf: `mark ${index}\n` } })),
    { cpus: 2, base: BASE, formats: FORMATS.filter(({ name }) => name === "print") },
  );

describe("writeTraceDat", () => {
  it("is read back event by event: two buffers, a CPU without events, pages in memory and in a file", () => {
    const [first = new Uint8Array(0), second = new Uint8Array(0)] = pages();
    writeFileSync(join(folder, "spool"), second);
    const file = join(folder, "trace.dat");
    const summary = writeTraceDat(file, METADATA, [
      {
        name: "",
        perCpu: [
          { kind: "bytes", bytes: first },
          { kind: "file", path: join(folder, "spool") },
        ],
        stats: ["entries: 0\n"],
      },
      {
        name: "deep",
        perCpu: [
          { kind: "bytes", bytes: new Uint8Array(0) },
          { kind: "bytes", bytes: new Uint8Array(0) },
          { kind: "bytes", bytes: first },
        ],
        stats: [],
      },
    ]);
    expect(summary.buffers.map(({ perCpu }) => perCpu.map(({ records }) => records))).toEqual([
      [450, 450, 0],
      [0, 0, 450],
    ]);
    const trace = importTrace(file);
    expect(trace.problems).toEqual([]);
    expect(trace.clock).toEqual({ name: "mono", base: BASE });
    expect([...(trace.counts.get("print")?.perCpu ?? [])]).toEqual([450, 450, 450]);
    expect(existsSync(join(folder, "spool"))).toBe(true);
  });

  it("moves a spool file without a second copy, to the same bytes", () => {
    const whole = Buffer.concat(Array.from({ length: 100 }, () => pages()[0] ?? new Uint8Array(0)));
    const write = (name: string, consume: boolean): Buffer => {
      writeFileSync(join(folder, `${name}.spool`), whole);
      writeTraceDat(join(folder, name), METADATA, [{ name: "", perCpu: [{ kind: "file", path: join(folder, `${name}.spool`) }], stats: [] }], { consume });
      expect(existsSync(join(folder, `${name}.spool`))).toBe(!consume);
      return readFileSync(join(folder, name));
    };
    expect(write("moved", true).equals(write("copied", false))).toBe(true);
  });

  it("leaves out what fills no whole page, and never overwrites", () => {
    writeFileSync(join(folder, "cut"), Buffer.concat([pages()[0]?.subarray(0, 4096) ?? Buffer.alloc(0), Buffer.alloc(100)]));
    const input = [{ name: "", perCpu: [{ kind: "file" as const, path: join(folder, "cut") }], stats: [] }];
    expect(writeTraceDat(join(folder, "one"), METADATA, input).buffers[0]?.perCpu[0]?.bytes).toBe(4096);
    expect(() => writeTraceDat(join(folder, "one"), METADATA, input)).toThrow(/EEXIST/);
  });
});

describe("countRecords", () => {
  it("F41: survives any bytes", () => {
    let state = 1;
    for (let turn = 0; turn < 300; turn++) {
      const bytes = Uint8Array.from({ length: 4096 }, () => ((state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 16) & 255);
      expect(countRecords(bytes, 4096, 8)).toBeLessThanOrEqual(1020);
    }
  });
});
