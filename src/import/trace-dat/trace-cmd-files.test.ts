/** Files that trace-cmd wrote (test/traces/README.md), and files that it converts: all say the same. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Trace } from "../../trace/index.ts";
import { FORMATS } from "../../../test/support/formats.ts";
import { writePages, type WrittenEvent } from "../../../test/support/ring-buffer-writer.ts";
import { metadata, traceDatBytes } from "../../../test/support/trace-dat.ts";
import { importTrace } from "../index.ts";
import { memoryFile } from "../trace-file.ts";
import { readTraceDat } from "./read-trace-dat.ts";

/** `trace-cmd report` of the file, counted by event. */
const EXPECTED = { print: 1, sched_switch: 181, sched_waking: 96 };
const TRACE_CMD = "/usr/bin/trace-cmd";
const place = (name: string): string => new URL(`../../../test/traces/${name}`, import.meta.url).pathname;

/** Everything in a trace that can be compared. */
const plain = (trace: Trace) => ({
  ...trace,
  symbols: undefined,
  strings: Array.from({ length: trace.strings.length }, (_, id) => trace.strings.get(id)),
  threads: Array.from({ length: trace.threads.length }, (_, index) => trace.threads.row(index as never)),
});
const counts = (trace: Trace): Record<string, number> =>
  Object.fromEntries([...trace.counts].map(([name, { perCpu }]) => [name, perCpu.reduce((a, b) => a + b, 0)]));

describe("files of trace-cmd 3.1.6", () => {
  const v6 = importTrace(place("trace-cmd-v6.dat"));

  it("version 6 holds what trace-cmd report counts in it", () => {
    expect(counts(v6)).toEqual(EXPECTED);
    expect(v6.problems).toEqual([]);
    expect(v6.clock.name).toBe("mono");
    expect(v6.machine).toMatchObject({ cpus: 2, longSize: 8 });
    expect(v6.threads.length).toBeGreaterThan(2);
  });

  it.each(["trace-cmd-v7-none.dat", "trace-cmd-v7-zstd.dat"])("%s is the same trace", (name) => {
    expect(plain(importTrace(place(name)))).toEqual(plain(v6));
  });

  it("version 7 with two buffers has both", () => {
    const parts = readTraceDat(memoryFile(readFileSync(place("trace-cmd-v7-zstd-buffers.dat")), "buffers"));
    expect(parts.buffers.map(({ name }) => name)).toEqual(["", "deep"]);
    expect(parts).toMatchObject({ version: 7, problems: [], cpus: 2, notes: { writer: "stallscope fixture" } });
    expect(parts.buffers.every(({ stats }) => stats.length === 2)).toBe(true);
    const trace = importTrace(place("trace-cmd-v7-zstd-buffers.dat"));
    expect(counts(trace)).toMatchObject(EXPECTED);
    expect(counts(trace)["sys_enter"]).toBe(169);
  });
});

describe("files that trace-cmd converts", () => {
  const folder = mkdtempSync(join(tmpdir(), "stallscope-convert-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const convert = (from: string, to: string, version: 6 | 7, compression: string): string => {
    const path = join(folder, to);
    execFileSync(TRACE_CMD, ["convert", "-i", from, "-o", path, "--file-version", String(version), "--compression", compression], { stdio: "ignore", env: {} });
    return path;
  };

  it.skipIf(!existsSync(TRACE_CMD))("ours of version 6 to 7, packed and not, and back: the same trace (needs trace-cmd)", () => {
    const formats = FORMATS.filter(({ name }) => ["sched_switch", "sched_waking", "print"].includes(name));
    const events = (cpu: number): WrittenEvent[] =>
      Array.from({ length: 1000 }, (_, index) => ({
        cpu,
        timeNs: index * 1000 + cpu,
        event: "sched_switch",
        tid: 10 + (index % 50),
        fields: {
          prev_comm: `task ${index % 50}`,
          prev_pid: 10 + (index % 50),
          prev_state: index % 3,
          next_comm: `task ${(index + 1) % 50}`,
          next_pid: 10 + ((index + 1) % 50),
        },
      }));
    const pages = (cpus: readonly number[]) =>
      writePages(cpus.flatMap(events), { cpus: 4, base: 7n * 10n ** 15n, losses: [{ cpu: 2, beforeNs: 900_000, count: 5 }], formats }).map((bytes) => ({
        kind: "bytes" as const,
        bytes,
      }));
    const ours = join(folder, "ours.dat");
    const description = metadata({ cpus: 4, formats, kallsyms: "ffffffff81000000 T schedule\n", cmdlines: "10 task 0\n", printkFormats: '0xff : "x"\n' });
    writeFileSync(
      ours,
      traceDatBytes(description, [
        { name: "", stats: ["CPU: 2\nentries: 1\noverrun: 5\n"], perCpu: pages([0, 1, 2, 3]) },
        // from 7 to 6, trace-cmd 3.1.6 loses a CPU's data when one before it has none
        { name: "deep", stats: [], perCpu: pages([0, 1]) },
      ]),
    );
    const expected = plain(importTrace(ours));
    expect(expected.problems).toEqual([]);
    expect(expected.lost).toMatchObject([{ cpu: 2, count: 5, buffer: "" }]);
    const none = convert(ours, "none.dat", 7, "none");
    const zstd = convert(ours, "zstd.dat", 7, "zstd");
    for (const path of [none, zstd, convert(none, "again.dat", 6, "none"), convert(zstd, "unpacked.dat", 6, "none"), convert(zstd, "plain.dat", 7, "none")])
      expect(plain(importTrace(path)), path).toEqual(expected);
  });
});
