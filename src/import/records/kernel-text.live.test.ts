/** Do we show records as the kernel itself does? The same buffer, read by the kernel's `trace` file and by us, line by line. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { formatsOf, recordKernel, TRACEFS, type RecordingPlan } from "../../../test/support/kernel-recording.ts";
import { whyNotLive } from "../../../test/support/live.ts";
import { hasLazyRescheduling, latencyColumn } from "../../export/index.ts";
import { parseEventFormat } from "../event-format.ts";
import type { TraceRecord } from "../importer.ts";
import { KNOWN_CONSTANTS } from "../print-fmt/constants.ts";
import { compilePrintFmt } from "../print-fmt/index.ts";
import { tokenize } from "../print-fmt/tokens.ts";
import { parseKernelSymbols } from "../symbols.ts";
import { traceDatRecords } from "./index.ts";

const why = whyNotLive() ?? (existsSync(join(TRACEFS, "options/hash-ptr")) ? undefined : "the kernel hashes pointers in its text");

/** `comm-TID [CPU] column SECONDS.MICROSECONDS: body`; what follows without that begins no record. */
const LINE = /^\s*.{1,24}?-(\d+)\s+\[(\d{3,})\]\s+(\S{4,7})\s+(\d+\.\d{6}): (.*)$/;

interface Compared {
  records: number;
  identical: number;
  example: string | undefined;
}

/** Reads, writes, forks, sleeps, talks over sockets: something for every system. */
function work(mark: (text: string, raw?: boolean) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "stallscope-text-"));
  try {
    mark("hello marker");
    mark("two\nlines");
    mark("\x05\0\0\0raw bytes", true);
    const script = `ls /usr > /dev/null; dd if=/dev/zero of=${folder}/file bs=64k count=8 conv=fsync 2>/dev/null; kill -0 $$; sleep 0.02`;
    spawnSync("/bin/sh", ["-c", script], { env: { PATH: "/usr/bin:/bin" } });
    spawnSync("/bin/bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/9; exec 4<>/dev/udp/127.0.0.1/9; echo hi >&4"], { env: {} });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without it times in jiffies cannot be compared. */
function hzOfThisKernel(): number | undefined {
  if (!existsSync("/proc/config.gz")) return undefined;
  const match = /^CONFIG_HZ=(\d+)$/m.exec(gunzipSync(readFileSync("/proc/config.gz")).toString("latin1"));
  return match === null ? undefined : Number(match[1]);
}

/** Names that only the kernel's own headers resolve; its text has their numbers or works with them. */
function hasUnresolvedNames(printFmt: string): boolean {
  const tokens = tokenize(printFmt);
  return tokens.some((token, index) => {
    if (token.kind !== "name") return false;
    if (token.text === "jiffies" || token.text === "vmemmap_base") return true;
    const before = tokens[index - 1];
    return before?.kind === "sign" && before.text === "{" && !KNOWN_CONSTANTS.has(token.text);
  });
}

function ourBody(record: TraceRecord, hasLazy: boolean): string {
  const us = (record.time + 500n) / 1000n;
  const stamp = `${us / 1_000_000n}.${String(us % 1_000_000n).padStart(6, "0")}`;
  return `${record.tid} ${record.cpu} ${latencyColumn(record.flags, record.preemptCount, hasLazy)} ${stamp} ${record.body?.() ?? `${record.event}: ${record.text()}`}`;
}

function kernelBodies(lines: readonly string[]): string[] {
  const bodies: string[] = [];
  for (const line of lines) {
    const match = LINE.exec(line);
    if (match !== null) bodies.push(`${Number(match[1])} ${Number(match[2])} ${match[3]} ${match[4]} ${match[5]}`);
    else if (bodies.length > 0 && line !== "" && !line.startsWith("CPU:") && !line.startsWith("##### CPU")) bodies[bodies.length - 1] += `\n${line}`;
  }
  return bodies.map((body) => Buffer.from(body, "latin1").toString("utf8"));
}

function compare(plan: RecordingPlan): ReadonlyMap<string, Compared> {
  const hz = hzOfThisKernel();
  const { parts, lines } = recordKernel(plan);
  const unresolved = new Map(parts.formats.map(({ system, text }) => [`${system}:${parseEventFormat(text).name}`, parseEventFormat(text).printFmt]));
  const theirs = kernelBodies(lines);
  const compared = new Map<string, Compared>();
  const hasLazy = hasLazyRescheduling(parts.uname);
  let index = 0;
  for (const record of traceDatRecords(parts, hz === undefined ? {} : { hz })) {
    const name = `${record.system}:${record.event}`;
    const printFmt = unresolved.get(name) ?? "";
    const [ours, kernels] = [ourBody(record, hasLazy).trimEnd(), theirs[index++]?.trimEnd()];
    const isBeyond =
      record.system !== "ftrace" && record.system !== "syscalls" && (hasUnresolvedNames(printFmt) || (hz === undefined && printFmt.includes("jiffies_to")));
    if (isBeyond) continue;
    const entry = compared.get(name) ?? { records: 0, identical: 0, example: undefined };
    compared.set(name, entry);
    entry.records++;
    if (ours === kernels) entry.identical++;
    else entry.example ??= `kernel: ${kernels}\n  ours: ${ours}`;
  }
  expect(index).toBe(theirs.length);
  return compared;
}

function expectIdentical(compared: ReadonlyMap<string, Compared>, leastEvents: number): void {
  const different = [...compared].filter(([, { records, identical }]) => records !== identical);
  expect(different.map(([name, { records, identical, example }]) => `${name} ${identical}/${records}\n${example}`)).toEqual([]);
  expect(compared.size).toBeGreaterThanOrEqual(leastEvents);
}

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  scheduling: ["sched", "irq", "timer", "raw_syscalls", "block", "writeback", "ext4", "workqueue", "signal", "task", "jbd2"],
  memory: [
    "kmem",
    "filemap",
    "vmscan",
    "skb",
    "net",
    "sock",
    "tcp",
    "napi",
    "udp",
    "percpu",
    "migrate",
    "mmap",
    "cgroup",
    "power",
    "rcu",
    "tlb",
    "exceptions",
    "irq_vectors",
    "ipi",
  ],
};

describe.skipIf(why !== undefined)(`the kernel's own text and ours${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  it("is the same for scheduling, interrupts, timers, disks and their stacks", () => {
    const settings = [["events/sched/sched_switch/trigger", "stacktrace", "!stacktrace"]] as const;
    expectIdentical(compare({ bufferKb: 4096, events: GROUPS["scheduling"] ?? [], settings, work }), 30);
  });

  it("is the same for memory, files and the network", () => {
    expectIdentical(compare({ bufferKb: 8192, events: GROUPS["memory"] ?? [], work }), 20);
  });

  it("is the same for system calls and user stacks", () => {
    const settings = [["trace_options", "userstacktrace", "nouserstacktrace"]] as const;
    expectIdentical(compare({ bufferKb: 4096, events: ["syscalls"], settings, work }), 40);
  });

  it("understands the print fmt of every event of this kernel but of those that hold statements", () => {
    const systems = readdirSync(join(TRACEFS, "events"), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
    const kernel = { longSize: 8 as const, little: true, symbols: parseKernelSymbols(""), stringAt: () => undefined, hz: undefined };
    const formats = formatsOf(systems);
    const problems = formats.flatMap(({ system, text }) => {
      const format = parseEventFormat(text);
      const { problem } = compilePrintFmt(format, kernel);
      return problem === undefined ? [] : [`${system}:${format.name}`];
    });
    expect(formats.length).toBeGreaterThan(100);
    // statements with arrays and structures of the kernel
    expect(problems.filter((name) => !name.startsWith("kvmmmu:"))).toEqual([]);
  });
});
