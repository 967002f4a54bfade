/**
 * Recordings that trace-cmd itself made on an older kernel (test/traces/README.md): do they show the names, states, flags and
 * stacks that trace-cmd shows? Every record is compared in check-trace.test.ts; here is what each of them is kept for.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { latencyColumn } from "../../src/export/index.ts";
import { importTrace, openRecording } from "../../src/import/index.ts";
import type { TraceRecord } from "../../src/import/importer.ts";

const place = (name: string, ending: string): string => new URL(`../traces/vm-6.1-${name}.${ending}`, import.meta.url).pathname;
const report = (name: string, ending: "report" | "report-raw" | "report-latency"): string[] =>
  gunzipSync(readFileSync(place(name, `${ending}.txt.gz`)))
    .toString("utf8")
    .trimEnd()
    .split("\n")
    .slice(1);

function mapRecords<T>(name: string, map: (record: TraceRecord) => T): T[] {
  const { recording, close } = openRecording(place(name, "dat.gz"));
  try {
    const mapped: T[] = [];
    for (const record of recording.records()) mapped.push(map(record));
    return mapped;
  } finally {
    close();
  }
}

const count = (values: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
};

describe("trace-cmd's own recordings of Linux 6.1", () => {
  it("say which kernel it was", () => {
    expect(importTrace(place("sched", "dat.gz"))).toMatchObject({ clock: { name: "mono" }, problems: [] });
    expect(importTrace(place("sched", "dat.gz")).machine).toMatchObject({ cpus: 2, longSize: 8, uname: expect.stringContaining("6.1.") as string });
  });

  it("sched: the states of who left the CPU, letter by letter", () => {
    const theirs = report("sched", "report-latency").flatMap((line) => / prev_state=(\S+) ==> /.exec(line)?.[1] ?? []);
    const states = mapRecords("sched", (record) => (record.event === "sched_switch" ? / prev_state=(\S+) ==> /.exec(record.text())?.[1] : undefined)).filter(
      (state) => state !== undefined,
    );
    expect(states).toEqual(theirs);
    // a task that waits for its disk, one that was preempted, one that ended, an idle kernel thread
    for (const state of ["S", "D", "R", "R+", "X", "I"]) expect(count(states)[state], state).toBeGreaterThan(0);
  });

  it("sched: threads with names that look like something else", () => {
    const trace = importTrace(place("sched", "dat.gz"));
    const names = Array.from({ length: trace.threads.length }, (_, index) => trace.threads.row(index as never).comm);
    expect(names).toEqual(expect.arrayContaining(["a-1 [000] 1: x", "x prev_pid=1 y", "naïve"]));
    // kernel threads: of this kernel's work queues, its softirqs, its RCU
    for (const pattern of [/^kworker\/\d/, /^ksoftirqd\/\d$/, /^rcu_preempt$/]) expect(names.some((name) => pattern.test(name))).toBe(true);
    const switched = mapRecords("sched", (record) => (record.event === "sched_switch" ? new Map(record.fields()).get("next_comm") : undefined));
    expect(switched).toContain("x prev_pid=1 y");
  });

  it("sched: the latency column, as far as trace-cmd has letters", () => {
    const theirs = report("sched", "report-latency").map((line) => /^.*-\d+ +\d+([d.X][N.][Hhs.][\da-f.][\da-f.]) +\d+\.\d{9}: \w+: /.exec(line)?.[1]);
    const ours = mapRecords("sched", ({ flags, preemptCount }) =>
      // bottom halves, and why to reschedule, are one letter less there
      latencyColumn(flags, preemptCount, false)
        .replace(/^b/, ".")
        .replace(/^D/, "d")
        .replace(/^(.)[np]/, (_, irqs: string) => `${irqs}N`),
    );
    expect(ours.length).toBe(theirs.length);
    // the letter n is need_resched alone, p is a preemption alone, which trace-cmd does not show
    const flags = mapRecords("sched", (record) => record.flags);
    const wanted = ours.map((column, index) => ((flags[index] as number) & 0x04 ? column : column.replace(/^(.)N/, "$1.")));
    expect(wanted).toEqual(theirs);
    for (const pattern of [/^d.h/, /^..s/, /^.N/])
      expect(
        wanted.some((column) => pattern.test(column)),
        String(pattern),
      ).toBe(true);
  });

  it("stacks: of the kernel, by name", () => {
    const stacks = mapRecords("stacks", (record) => (record.event === "kernel_stack" ? (record.body?.() ?? "") : "")).filter((text) => text !== "");
    expect(stacks.length).toBeGreaterThan(5);
    const theirs = report("stacks", "report").filter((line) => line.includes("<stack trace >")).length;
    expect(stacks.length).toBe(theirs);
    expect(stacks.some((text) => text.includes(" => __schedule\n => schedule\n => do_nanosleep\n"))).toBe(true);
    const trace = importTrace(place("stacks", "dat.gz"));
    const [id] = trace.tables.get("kernel_stack")?.fields["caller"] ?? [];
    expect((trace.stacks[id ?? 0] ?? []).length).toBeGreaterThan(3);
  });

  it("user-stacks: addresses of user space, and system calls by name", () => {
    const events = count(mapRecords("user-stacks", ({ event }) => event));
    expect(events["user_stack"]).toBeGreaterThan(0);
    expect(events["sys_enter_openat"]).toBeGreaterThan(0);
    const [first] = mapRecords("user-stacks", (record) => (record.event === "user_stack" ? record.fields() : undefined)).filter(
      (fields) => fields !== undefined,
    );
    expect(new Map(first).get("caller")).not.toEqual([]);
  });

  it("markers: lines, bytes, and one that pretends to be an event", () => {
    const texts = mapRecords("markers", (record) => (record.event === "print" ? new Map(record.fields()).get("buf") : undefined)).filter(
      (text) => text !== undefined,
    );
    expect(texts).toEqual(["hello\n", "two\nlines\n", "           <idle>-0     [000]     1.000000: sched_switch: prev_comm=a prev_pid=0\n"]);
    const raw = mapRecords("markers", (record) => (record.event === "raw_data" ? new Map(record.fields()) : undefined)).find((fields) => fields !== undefined);
    expect(raw?.get("id")).toBe(1);
    const bytes = raw?.get("buf");
    expect(Array.isArray(bytes) ? bytes.slice(0, 4) : bytes).toEqual([0x72, 0x61, 0x77, 0xff]);
    expect(importTrace(place("markers", "dat.gz")).tables.get("sched_switch")).toBeUndefined();
  });

  it("function and graph: who called whom, and for how long", () => {
    expect(mapRecords("function", (record) => record.text())).toContain("schedule <-schedule_timeout");
    const graph = count(mapRecords("graph", ({ event }) => event));
    expect(graph["funcgraph_entry"]).toBeGreaterThan(10);
    expect(graph["funcgraph_exit"]).toBeGreaterThan(10);
  });

  it("date: our times are the trace clock's, trace-cmd adds what the file says", () => {
    const { recording, close } = openRecording(place("date", "dat.gz"));
    const offset = recording.parts?.notes.printedOffset ?? 0n;
    close();
    expect(offset).toBeGreaterThan(10n ** 18n);
    const [ours] = mapRecords("date", ({ time }) => time);
    const [line = ""] = report("date", "report-raw");
    const [, seconds, ns] = / (\d+)\.(\d{9}): /.exec(line) ?? [];
    expect((ours ?? 0n) + offset).toBe(BigInt(`${seconds}${ns}`));
  });

  it("lost: as many as trace-cmd says", () => {
    const theirs = report("lost", "report").flatMap((line) => /^CPU:(\d+) \[(\d+) EVENTS DROPPED\]$/.exec(line)?.slice(1).map(Number) ?? []);
    expect(theirs.length).toBeGreaterThan(2);
    expect(importTrace(place("lost", "dat.gz")).lost.flatMap(({ cpu, count: lost }) => [cpu, lost ?? -1])).toEqual(theirs);
  });

  it("buffers: both of them", () => {
    expect(new Set(mapRecords("buffers", ({ buffer }) => buffer))).toEqual(new Set(["", "deep"]));
  });

  it.each([
    ["irqsoff", "irqsoff", 20_000],
    ["wakeup-rt", "wakeup_rt", 1],
  ])("%s: what the latency tracer found, from its text in the file", (name, tracer, atLeast) => {
    const { recording, close } = openRecording(place(name, "dat.gz"));
    const latency = recording.latency?.();
    close();
    expect(latency).toMatchObject({ tracer });
    expect(latency?.latencyUs).toBeGreaterThanOrEqual(atLeast);
    expect(report(name, "report").join("\n")).toContain(`${latency?.latencyUs} us`);
  });
});
