import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { ImportError, UserError } from "../base/index.ts";
import { STORED_ZSTD } from "../../test/support/trace-dat-v7.ts";
import { scene } from "../../test/support/trace-dsl.ts";
import { importTrace } from "./index.ts";
import { readTraceDat } from "./trace-dat/read-trace-dat.ts";
import { memoryFile, openTraceFile } from "./trace-file.ts";

const folder = mkdtempSync(join(tmpdir(), "stallscope-file-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const drawn = scene({ cpus: 1, threads: [{ tid: 10, comm: "a" }] })
  .at(10)
  .switch(0, 0, "R", 10)
  .at(20)
  .switch(0, 10, "S", 0);
const written = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const refusal = (path: string): UserError => {
  try {
    openTraceFile(path).close();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("it was opened");
};

describe("a packed file", () => {
  it.each([
    ["gzip", (bytes: Uint8Array) => gzipSync(bytes)],
    ["zstd", STORED_ZSTD.pack],
  ])("of %s is read as what is in it", (name, pack) => {
    const path = written(`trace.dat.${name}`, pack(drawn.bytes()));
    expect(importTrace(path).tables.get("sched_switch")?.time).toEqual(drawn.trace().tables.get("sched_switch")?.time);
  });

  it("of gzip that is cut off gives what is there and says so", () => {
    const packed = gzipSync(drawn.bytes());
    const file = openTraceFile(written("cut.gz", packed.subarray(0, packed.length - 12)));
    expect(file.problems).toMatchObject([
      { code: "truncated", message: expect.stringMatching(/^the packed file ends too early: what is there unpacks to \d+ bytes$/) },
    ]);
    expect(readTraceDat(file).problems.map(({ code }) => code)).toEqual(["truncated"]);
  });

  it("that is damaged is refused by name", () => {
    const packed = gzipSync(drawn.bytes());
    packed.fill(0xff, 2000, 2010);
    expect(refusal(written("bad.gz", packed))).toMatchObject({
      code: "bad-gzip",
      message: expect.stringContaining("is packed with gzip and cannot be unpacked"),
    });
    const zstd = STORED_ZSTD.pack(drawn.bytes());
    expect(refusal(written("bad.zst", zstd.subarray(0, zstd.length - 5))).code).toBe("bad-zstd");
  });

  it("may not unpack to more than is believable", () => {
    expect(refusal(written("bomb.gz", gzipSync(Buffer.alloc(200 << 20)))).code).toBe("bad-gzip");
  });

  it("of another kind names the command that unpacks it", () => {
    const heads: [string, number[], string][] = [
      ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4], "xz -d"],
      ["bzip2", [0x42, 0x5a, 0x68, 0x39], "bzip2 -d"],
      ["lz4", [4, 0x22, 0x4d, 0x18], "lz4 -d"],
      ["zip", [0x50, 0x4b, 3, 4], "unzip"],
    ];
    for (const [name, head, command] of heads) {
      const error = refusal(written(name, Uint8Array.from(head)));
      expect(error).toMatchObject({ code: "packed", exitCode: 4 });
      expect(error.message).toContain(`packed with ${name}, which is not unpacked here: unpack it first with ${command} (`);
    }
  });
});

describe("what is no file", () => {
  it("is refused in one sentence that says what it is", async () => {
    expect(refusal(folder)).toMatchObject({ code: "not-a-file", message: `this is a directory, neither a file nor a pipe (${folder})` });
    expect(refusal("/dev/null").message).toContain("this is a device,");
    expect(refusal(join(folder, "missing"))).toMatchObject({ code: "cannot-open", message: expect.stringContaining("there is no such file") });
    expect(refusal(join(folder, "bomb.gz", "x")).message).toContain("a part of its path is no directory");
    const path = join(folder, "socket");
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once("listening", resolve));
    expect(refusal(path)).toMatchObject({ code: "not-a-file", message: `this is a socket, neither a file nor a pipe (${path})` });
    server.close();
  });
});

describe("a pipe", () => {
  it("with a name is read to its end", async () => {
    const path = join(folder, "fifo");
    execFileSync("/usr/bin/mkfifo", [path]);
    const source = written("whole.dat", drawn.bytes());
    // cat waits until somebody reads
    const writer = spawn("/bin/sh", ["-c", 'cat "$1" > "$2"', "sh", source, path]);
    const file = openTraceFile(path);
    expect(Buffer.from(file.read(0, file.size)).equals(readFileSync(source))).toBe(true);
    await new Promise((resolve) => writer.once("exit", resolve));
  });

  it("that holds more than may be in memory goes to a file without a name", async () => {
    const temporary = join(folder, "tmp");
    mkdirSync(temporary);
    const bytes = Buffer.from(Array.from({ length: 3 << 20 }, (_, index) => index % 251));
    const source = written("large.dat", bytes);
    const path = join(folder, "fifo2");
    execFileSync("/usr/bin/mkfifo", [path]);
    const before = process.env["TMPDIR"];
    process.env["TMPDIR"] = temporary;
    try {
      const writer = spawn("/bin/sh", ["-c", 'cat "$1" > "$2"', "sh", source, path]);
      const file = openTraceFile(path, { readWholeBytes: 1 << 20 });
      expect(file.size).toBe(bytes.length);
      expect(Buffer.concat(Array.from(file.pieces(0, file.size, 4096), (piece) => Uint8Array.from(piece.bytes))).equals(bytes)).toBe(true);
      expect(execFileSync("/bin/ls", ["-A", temporary], { encoding: "utf8" })).toBe("");
      file.close();
      await new Promise((resolve) => writer.once("exit", resolve));
    } finally {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    }
  });

  it("that is the standard input is read by `-` and by its names", () => {
    const cli = new URL("../../dist/cli.mjs", import.meta.url).pathname;
    expect(existsSync(cli)).toBe(true);
    const source = written("stdin.dat", drawn.bytes());
    const analyze = (name: string, input: Uint8Array) => spawnSync(process.execPath, [cli, "analyze", name, "--json"], { input, encoding: "utf8" });
    const expected = spawnSync(process.execPath, [cli, "analyze", source, "--json"], { encoding: "utf8" });
    expect(expected.stdout.length).toBeGreaterThan(100);
    for (const name of ["-", "/dev/stdin"]) expect(analyze(name, drawn.bytes()).stdout).toBe(expected.stdout);
    expect(analyze("-", gzipSync(drawn.bytes())).stdout).toBe(expected.stdout);
    expect(analyze("-", new Uint8Array()).stderr).toMatch(/^stallscope: the file is empty \(standard input, offset 0\)\n/);
  });
});

it("memory is read like a file", () => {
  const file = memoryFile(Uint8Array.of(1, 2, 3), "m");
  expect([file.read(1, 10), file.read(7, 1), [...file.pieces(0, 9, 2)].map(({ bytes }) => [...bytes])]).toEqual([
    Uint8Array.of(2, 3),
    new Uint8Array(),
    [[1, 2, 3]],
  ]);
  expect(() => importTrace(new Uint8Array())).toThrow(ImportError);
});
