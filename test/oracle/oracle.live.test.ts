/** Does trace-cmd agree on files of the running kernel, whatever was recorded, in each version of the format? (test/support/oracle.ts says what is compared) */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { schedHeavyTrace } from "../../bench/sched-heavy-trace.ts";
import { writeTraceDatFile } from "../../src/export/index.ts";
import { importTrace } from "../../src/import/index.ts";
import { recordKernel, type RecordingPlan } from "../support/kernel-recording.ts";
import { whyNotLive } from "../support/live.ts";
import { convert } from "../support/oracle/convert.ts";
import { compareWithTraceCmd, TRACE_CMD, type OracleResult } from "../support/oracle.ts";

const noTraceCmd = TRACE_CMD === undefined ? "no trace-cmd" : undefined;
const why = whyNotLive() ?? noTraceCmd;

type Mark = Parameters<RecordingPlan["work"]>[0];

/** Two shells' work: processes, files, timers, sockets. */
function work(folder: string, times: number): void {
  for (let time = 0; time < times; time++) {
    const script = `ls / > /dev/null; dd if=/dev/zero of=${folder}/data bs=64k count=4 conv=fsync 2>/dev/null; sleep 0.01; kill -0 $$`;
    spawnSync("/bin/sh", ["-c", script], { env: { PATH: "/usr/bin:/bin" } });
  }
  spawnSync("/bin/bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/9; exec 4<>/dev/udp/127.0.0.1/9; echo hi >&4"], { env: {} });
}

function marks(mark: Mark): void {
  mark("hello");
  mark("two\nlines\n");
  mark("           <idle>-0     [000]     1.000000: sched_switch: prev_comm=a prev_pid=0");
  mark("\x07\0\0\0raw bytes \xff\0 and more", true);
  mark("\x07\0\0\0", true);
  mark("naïve, 请求");
}

/** Names that look like parts of a line; all of them fit into 15 bytes. */
function strangeNames(): void {
  for (const name of ["a-1 [000] 1: x", "x prev_pid=1 y", "naïve", "-7 (8) [001] ."])
    spawnSync("/bin/sh", ["-c", `printf '%s' "$1" > /proc/$$/comm; /bin/sleep 0.002; :`, "sh", name], { env: {} });
}

const PLANS: Readonly<Record<string, (folder: string) => RecordingPlan>> = {
  "the scheduler, interrupts, timers, disks, memory, the network; stacks by trigger; markers": (folder) => ({
    bufferKb: 4096,
    // prettier-ignore
    events: ["sched", "irq", "irq_vectors/local_timer_entry", "irq_vectors/local_timer_exit", "timer", "block", "workqueue", "writeback", "task", "signal",
      "ext4", "jbd2", "filemap", "vmscan", "compaction", "oom", "napi", "net", "sock", "tcp", "udp", "skb", "power", "cgroup", "exceptions", "raw_syscalls", "kmem"],
    settings: [["events/sched/sched_switch/trigger", "stacktrace", "!stacktrace"]],
    work: (mark) => {
      marks(mark);
      strangeNames();
      work(folder, 2);
    },
  }),
  "system calls by name and by number, stacks of user space": (folder) => ({
    bufferKb: 4096,
    events: ["syscalls", "raw_syscalls"],
    settings: [["options/userstacktrace", "1", "0"]],
    work: () => work(folder, 1),
  }),
  "a ring that overwrites what nobody read": (folder) => ({
    bufferKb: 32,
    events: ["sched", "irq", "raw_syscalls"],
    work: () => work(folder, 3),
  }),
};

describe.skipIf(why !== undefined)(`trace-cmd and every record of the running kernel${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "stallscope-oracle-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);

  const record = (plan: RecordingPlan): string => {
    const file = path("v6.dat");
    rmSync(file, { force: true });
    writeTraceDatFile(file, recordKernel({ ...plan, name: "oracle" }), "test");
    return file;
  };

  /** Compared as it is, converted to 7 packed and not, and back. */
  async function everyVersion(file: string): Promise<OracleResult> {
    const first = await agree(file);
    const none = convert(file, path("v7-none.dat"), 7, "none");
    const zstd = convert(file, path("v7-zstd.dat"), 7, "zstd");
    for (const other of [none, zstd, convert(zstd, path("v6-again.dat"), 6, "none")]) {
      const result = await agree(other);
      expect([result.records, result.fields, result.losses], other).toEqual([first.records, first.fields, first.losses]);
    }
    return first;
  }

  async function agree(file: string): Promise<OracleResult> {
    const result = await compareWithTraceCmd(file);
    expect(result.difference, file).toBeUndefined();
    return result;
  }

  it.each(Object.entries(PLANS))("agree on %s", async (name, plan) => {
    const result = await everyVersion(record(plan(folder)));
    expect(result.records).toBeGreaterThan(500);
    expect(result.fields).toBeGreaterThan(result.records);
    if (name.startsWith("a ring")) expect(result.losses).toBeGreaterThan(0);
  });

  it("agree on a ring that refuses what it has no room for; we say how much it refused", async () => {
    const plan: RecordingPlan = { bufferKb: 32, events: ["sched", "irq", "raw_syscalls"], settings: [["options/overwrite", "0"]], work: () => work(folder, 3) };
    const file = record(plan);
    const result = await everyVersion(file);
    // neither the pages nor trace-cmd's report tell of it
    expect(result.losses).toBe(0);
    expect(importTrace(file).problems.map(({ code }) => code)).toContain("unplaced-losses");
  });
});

describe.skipIf(noTraceCmd !== undefined)(`this trace-cmd and recordings of another one${noTraceCmd === undefined ? "" : ` (skipped: ${noTraceCmd})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "stallscope-oracle-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const traces = new URL("../traces/", import.meta.url).pathname;

  it.each(readdirSync(traces).filter((name) => name.endsWith(".dat.gz")))("agree on %s, and on a version 6 of it", async (name) => {
    const file = join(folder, name.replace(/\.gz$/, ""));
    writeFileSync(file, gunzipSync(readFileSync(join(traces, name))));
    const result = await compareWithTraceCmd(file);
    expect(result.difference).toBeUndefined();
    expect(result.records).toBeGreaterThan(0);
    const six = await compareWithTraceCmd(convert(file, `${file}.6`, 6, "none"));
    expect([six.difference, six.records]).toEqual([undefined, result.records]);
  });
});

describe.skipIf(noTraceCmd !== undefined)(`trace-cmd and a busy machine's records${noTraceCmd === undefined ? "" : ` (skipped: ${noTraceCmd})`}`, () => {
  it("agree on 30 000 of them (test/oracle/main.ts compares millions)", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stallscope-oracle-"));
    try {
      const file = join(folder, "v6.dat");
      writeFileSync(file, schedHeavyTrace(30_000));
      const result = await compareWithTraceCmd(file);
      expect(result.difference).toBeUndefined();
      expect(result.records).toBe(30_000);
      // an export of version 7 is what trace-cmd made of version 6
      const zstd = convert(file, join(folder, "v7.dat"), 7, "zstd");
      expect((await compareWithTraceCmd(zstd)).difference).toBeUndefined();
      expect(readFileSync(zstd).length).toBeLessThan(readFileSync(file).length);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
