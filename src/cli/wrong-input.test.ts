/** Whatever a user gives to `analyze`: one sentence that says what is wrong and where, exit code 4, no stack trace. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { EXIT } from "../base/index.ts";
import { FORMATS } from "../../test/support/formats.ts";
import { writePages } from "../../test/support/ring-buffer-writer.ts";
import { STORED_ZSTD, traceDatV7Bytes, ZLIB, type V7Options } from "../../test/support/trace-dat-v7.ts";
import { metadata, traceDatBytes, utf8 } from "../../test/support/trace-dat.ts";
import type { Handlers } from "./handlers.ts";
import { runAnalyze } from "./run-analyze.ts";
import { runCli } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "stallscope-wrong-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function analyze(path: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: "", stderr: "" };
  const io = {
    stdout: { write: (text: string) => (said.stdout += text), isTTY: false },
    stderr: { write: (text: string) => (said.stderr += text), isTTY: false },
    env: {},
  };
  const unused = () => Promise.reject(new Error("not called"));
  const handlers: Handlers = Object.assign(Object.fromEntries(["doctor", "diagnose", "capture", "demo", "causes", "janitor"].map((name) => [name, unused])), {
    analyze: runAnalyze,
  }) as never;
  const code = await runCli(["analyze", path], io, handlers, "1.2.3");
  return { code, ...said };
}

const formats = FORMATS.filter(({ name }) => name === "print");
const meta = (change: Parameters<typeof metadata>[0] = {}) => metadata({ formats, ...change });
const buffers = [
  {
    name: "",
    stats: [],
    perCpu: writePages([{ cpu: 0, timeNs: 1, event: "print", tid: 7, fields: { buf: "x" } }], { cpus: 1, base: 9n, formats }).map((bytes) => ({
      kind: "bytes" as const,
      bytes,
    })),
  },
];
const v6 = traceDatBytes(meta(), buffers);
const v7 = (options: V7Options = {}): Uint8Array => traceDatV7Bytes(meta(), buffers, options);
const at = (bytes: Uint8Array, text: string): number => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(text);
const changed = (bytes: Uint8Array, change: (copy: Uint8Array, view: DataView) => void): Uint8Array => {
  const copy = bytes.slice();
  change(copy, new DataView(copy.buffer));
  return copy;
};

/** what, its bytes, what the sentence says of it */
const FILES: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["a text file", utf8("Dear Sir or Madam,\nplease find attached\n"), /offset 0/],
  ["a picture", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13), /offset 0/],
  ["a program", readFileSync(process.execPath).subarray(0, 100_000), /offset 0/],
  ["an empty file", new Uint8Array(), /offset 0/],
  ["a file that ends inside its magic number", v6.subarray(0, 7), /ends inside its magic number.*offset 7/],
  ["a file that ends inside its formats", v6.subarray(0, 900), /ends inside.*offset/],
  ["a version to come", changed(v6, (copy) => (copy[10] = 0x38)), /version "8" is not known.*offset 10/],
  ["a byte order that is none", changed(v6, (copy) => (copy[12] = 7)), /byte order is 7.*offset 12/],
  [
    "a size of 2^62",
    changed(v6, (copy, view) => view.setBigUint64(at(copy, "header_page") + 12, 1n << 62n, true)),
    /size of header_page is not a plausible number.*offset/,
  ],
  ["a size of 2^40", changed(v6, (copy, view) => view.setBigUint64(at(copy, "header_page") + 12, 1n << 40n, true)), /ends inside header_page.*offset/],
  ["a billion formats", changed(v6, (copy, view) => view.setUint32(at(copy, "name: print") - 12, 1e9, true)), /has 1000000000 events.*offset/],
  ["a header_page of another kind", traceDatBytes(meta({ headerPage: "nonsense\n" }), buffers), /header_page does not describe.*offset/],
  [
    "sub-buffers of a size that no kernel has",
    traceDatBytes(meta({ headerPage: meta().headerPage.replace("size:4080", "size:999999") }), buffers),
    /no kernel has.*offset/,
  ],
  ["a machine without CPUs", traceDatBytes(meta({ cpus: 0 }), []), /no CPUs.*offset/],
  [
    "a machine with a billion CPUs",
    changed(v6, (copy, view) => view.setUint32(at(copy, "\u0008\0\u0004\0\0\0") + 6, 1e9, true)),
    /has 1000000000 CPUs.*offset/,
  ],
  ["options that lead back", cycle(v7()), /leads back to one that was read already.*offset/],
  ["options behind the end", changed(v7(), (copy, view) => view.setBigUint64(at(copy, "none\0\0") + 6, 1n << 30n, true)), /the file ends at.*offset/],
  ["a kind of packing that is not known", v7({ packing: { ...ZLIB, name: "lzo" } }), /packed with "lzo", which cannot be unpacked here.*offset/],
  ["damaged zlib", damaged(v7({ packing: ZLIB })), /is packed with zlib and cannot be unpacked.*offset/],
  ["damaged zstd", damaged(v7({ packing: STORED_ZSTD })), /is packed with zstd and cannot be unpacked.*offset/],
  ["damaged gzip", gzipSync(v6).fill(0x55, 100, 120), /packed with gzip and cannot be unpacked.*offset 0/],
  ["zstd that is cut off", STORED_ZSTD.pack(v6).subarray(0, 500), /packed with zstd and cannot be unpacked.*offset 0/],
  ["xz", Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4, 0xe6, 0xd6), /unpack it first with xz -d/],
  ["zip", utf8("PK\u0003\u0004trace.dat"), /unpack it first with unzip/],
  ["a recording of perf", utf8("PERFILE2\0\0\0\0\0\0\0\0"), /./],
  ["the metadata of a CTF trace", utf8("/* CTF 1.8 */\n\ntypealias integer { size = 8; } := uint8_t;\n"), /./],
  ["JSON", utf8('{"traceEvents": [], "displayTimeUnit": "ns"}'), /./],
];

const withoutId = traceDatBytes(meta({ formats: formats.map((format) => ({ ...format, text: format.text.replace(/^ID: .*\n/m, "") })) }), buffers);

const ONE_SENTENCE = /^stallscope: [^\n]+\n( {2}hint: [^\n]+\n)?$/;

function expectRefusal({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }, path: string): void {
  expect(stderr).toMatch(ONE_SENTENCE);
  expect(stderr).not.toMatch(/\n\s+at |Error:|undefined|\[object/);
  expect(stderr).toContain(path);
  expect([code, stdout]).toEqual([EXIT.input, ""]);
}

describe("analyze refuses", () => {
  it.each(FILES)("%s", async (name, bytes, words) => {
    const path = join(folder, name.replaceAll(/\W+/g, "-"));
    writeFileSync(path, bytes);
    const result = await analyze(path);
    expectRefusal(result, path);
    expect(result.stderr.split("\n")[0]).toMatch(words);
  });

  it("what is no file", async () => {
    const own = join(folder, "a folder");
    mkdirSync(own);
    for (const path of [own, "/dev/null", join(folder, "missing"), join(folder, "an-empty-file", "below")]) expectRefusal(await analyze(path), path);
    const path = join(folder, "socket");
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once("listening", resolve));
    expectRefusal(await analyze(path), path);
    server.close();
  });

  it("a file that it may not read", async () => {
    const path = join(folder, "secret");
    writeFileSync(path, v6);
    chmodSync(path, 0);
    chmodSync(folder, 0o755);
    // root may read everything
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      const result = await analyze(path);
      expectRefusal(result, path);
      expect(result.stderr).toContain("permission denied");
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});

it("a format without ID costs its event only: the rest is read and the loss is named", async () => {
  const path = join(folder, "without-id");
  writeFileSync(path, withoutId);
  const { code, stdout, stderr } = await analyze(path);
  expect([code, stderr]).toEqual([EXIT.inconclusive, ""]);
  expect(stdout).toContain("has no name or no valid ID");
});

/** The first section of options says that it is the next one too. */
function cycle(bytes: Uint8Array): Uint8Array {
  return changed(bytes, (_, view) => {
    const first = view.getBigUint64(at(bytes, "none\0\0") + 6, true);
    const size = Number(view.getBigUint64(Number(first) + 8, true));
    view.setBigUint64(Number(first) + 16 + size - 8, first, true);
  });
}

/** In the middle of the packed header_page, which is the first section. */
function damaged(bytes: Uint8Array): Uint8Array {
  const first = 18 + bytes.subarray(18).indexOf(0) + 1;
  const section = first + bytes.subarray(first).indexOf(0) + 1 + 8;
  return changed(bytes, (copy) => copy.fill(0xff, section + 24, section + 40));
}
