import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SubBuffer } from "../../test/support/sub-buffer.ts";
import { metadata, traceDatBytes } from "../../test/support/trace-dat.ts";
import { UserError } from "../base/index.ts";
import { openRecording } from "../import/index.ts";
import { ndjsonLines } from "./ndjson.ts";
import { writeTraceDatFile } from "./trace-dat.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stallscope-export-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** common_type 5 (print), then the marker's text */
function marker(text: string): Uint8Array {
  const bytes = new Uint8Array(17 + text.length);
  bytes.set([5, 0, 1, 2, 42]);
  bytes.set(new TextEncoder().encode(text), 16);
  return bytes;
}

const page = (stamp: bigint, ...texts: string[]): Uint8Array => texts.reduce((buffer, text) => buffer.record(7, marker(text)), new SubBuffer(stamp)).build();
const bytesOf = (...pages: Uint8Array[]) => ({ kind: "bytes" as const, bytes: Buffer.concat(pages) });

function recording(): Uint8Array {
  const meta = metadata({ cpus: 2, cmdlines: "42 bash\n", kallsyms: "ffffffff81000000 T _stext\n" });
  return traceDatBytes(meta, [
    { name: "", perCpu: [bytesOf(page(1000n, "a", "b"), page(5000n, "e")), bytesOf(page(2000n, "c"))], stats: [] },
    { name: "deep", perCpu: [bytesOf(), bytesOf(page(1500n, "d"))], stats: [] },
  ]);
}

const lines = (input: Uint8Array | string): string[] => {
  const { recording: opened, close } = openRecording(input);
  try {
    return [...ndjsonLines(opened)];
  } finally {
    close();
  }
};

describe("writeTraceDatFile", () => {
  it("writes the same records, of every CPU and buffer", () => {
    const source = recording();
    const path = join(folder, "out.dat");
    writeTraceDatFile(path, openRecording(source).recording, "1.2.3");
    expect(lines(path)).toEqual(lines(source));
    expect(lines(source).map((line) => (JSON.parse(line) as { fields: { buf: string } }).fields.buf)).toEqual(["a", "b", "d", "c", "e"]);
    expect(readdirSync(folder)).toEqual(["out.dat"]);
    // once more from what was written: nothing changes any more
    const again = join(folder, "again.dat");
    writeTraceDatFile(again, openRecording(path).recording, "1.2.3");
    expect(readFileSync(again).equals(readFileSync(path))).toBe(true);
  });

  it("fills up a last page that was cut off", () => {
    const source = recording();
    const cut = source.slice(0, source.length - 3000);
    const path = join(folder, "out.dat");
    writeTraceDatFile(path, openRecording(cut).recording, "1.2.3");
    expect(lines(path)).toEqual(lines(cut));
    expect(lines(path)).toHaveLength(5);
  });

  const code = (work: () => void): string => {
    try {
      work();
    } catch (error) {
      if (error instanceof UserError) return error.code;
      throw error;
    }
    return "none";
  };

  it("says what cannot be put into such a file", () => {
    const { recording: opened } = openRecording(recording());
    const { parts } = opened;
    if (parts === undefined) throw new Error("a trace.dat has parts");
    const path = join(folder, "out.dat");
    expect(code(() => writeTraceDatFile(path, {}, "1"))).toBe("export-source");
    expect(code(() => writeTraceDatFile(path, { parts: { ...parts, buffers: [] } }, "1"))).toBe("export-source");
    expect(code(() => writeTraceDatFile(path, { parts: { ...parts, little: false } }, "1"))).toBe("export-byte-order");
    const conversion = { stamp: () => 0n, relative: () => () => 0 };
    expect(code(() => writeTraceDatFile(path, { parts: { ...parts, conversion } }, "1"))).toBe("export-clock");
    const larger = parts.buffers.map((buffer) => ({ ...buffer, layout: { ...buffer.layout, pageSize: 8192 } }));
    expect(code(() => writeTraceDatFile(path, { parts: { ...parts, buffers: larger } }, "1"))).toBe("export-pages");
    expect(code(() => writeTraceDatFile(join(folder, "missing", "out.dat"), opened, "1"))).toBe("cannot-write");
    expect(readdirSync(folder)).toEqual([]);
  });
});
