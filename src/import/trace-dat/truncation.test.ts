/** Files that end too early, at any byte: what is whole, with what is missing named, or one sentence; in time. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ImportError } from "../../base/index.ts";
import type { Trace } from "../../trace/index.ts";
import { smallTraceDat } from "../../../test/fuzz/trace-dat-corpora.ts";
import { ZLIB } from "../../../test/support/trace-dat-v7.ts";
import { importTrace } from "../index.ts";
import { unpackWhole } from "../packed-file.ts";
import { memoryFile, type TraceFile } from "../trace-file.ts";
import { readTraceDat } from "./read-trace-dat.ts";

const recorded = (name: string): Uint8Array => readFileSync(new URL(`../../../test/traces/${name}`, import.meta.url));
/** STALLSCOPE_EVERY_BYTE=1 takes minutes: otherwise files are cut in steps. Every byte of a version 6 is in damage.test.ts. */
const [SMALL_STEP, STEP] = process.env["STALLSCOPE_EVERY_BYTE"] === "1" ? [1, 1] : [3, 23];

const records = (trace: Trace): number => [...trace.counts.values()].reduce((sum, { perCpu }) => sum + perCpu.reduce((a, b) => a + b, 0), 0);

function readCut(bytes: Uint8Array): Trace | undefined {
  try {
    return importTrace(bytes, { fileName: "cut.dat" });
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    expect(error.message).toMatch(/^[^\n]+ \(cut\.dat, offset \d+\)$/);
    return undefined;
  }
}

const small: [string, Uint8Array][] = [
  ["version 6", smallTraceDat({ version: 6 })],
  ["version 6, big-endian, longs of 4 bytes", smallTraceDat({ version: 6, little: false, longSize: 4 })],
  ["version 7, not packed", smallTraceDat({ version: 7 })],
  ["version 7, packed with zlib", smallTraceDat({ version: 7, packing: ZLIB, pagesPerBlock: 1 })],
];
const large: [string, Uint8Array][] = ["trace-cmd-v6.dat", "trace-cmd-v7-none.dat", "trace-cmd-v7-zstd.dat", "trace-cmd-v7-zstd-buffers.dat"].map((name) => [
  name,
  recorded(name),
]);

describe("a file that ends too early", () => {
  it.each([...small.map(([name, bytes]) => [name, bytes, SMALL_STEP] as const), ...large.map(([name, bytes]) => [name, bytes, STEP] as const)])(
    "%s",
    (_, whole, step) => {
      const all = records(importTrace(whole));
      let longest = 0;
      let before = 0;
      for (let size = whole.length % step; size < whole.length; size += step) {
        const began = performance.now();
        const trace = readCut(whole.subarray(0, size));
        longest = Math.max(longest, performance.now() - began);
        const now = trace === undefined ? 0 : records(trace);
        // more bytes never give fewer records
        expect(now).toBeGreaterThanOrEqual(before);
        before = now;
        if (trace === undefined || now === all) continue;
        expect(trace.problems.length).toBeGreaterThan(0);
      }
      expect(longest).toBeLessThan(2000);
    },
    300_000,
  );

  it("packed as a whole", () => {
    const plain = smallTraceDat({ version: 6 });
    const whole = gzipSync(plain);
    for (let size = 3; size < whole.length; size++) {
      let file: TraceFile;
      try {
        const { bytes, problems } = unpackWhole(whole.subarray(0, size), "cut.gz");
        file = memoryFile(bytes, "cut.gz", problems);
        expect(problems).toMatchObject([{ code: "truncated" }]);
        expect(readTraceDat(file).problems.length + file.problems.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(ImportError);
      }
    }
  }, 60_000);
});
