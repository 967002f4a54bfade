/** Does trace-cmd, an independent reader, see the same in a file of the running kernel? */
import { execFileSync, spawnSync } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeTraceDat, type TraceDatMetadata } from "../bundle/index.ts";
import { nameAt, type EventTable, type Trace } from "../trace/index.ts";
import { whyNotLive } from "../../test/support/live.ts";
import { importTrace } from "./index.ts";

const TRACEFS = "/sys/kernel/tracing";
const TRACE_CMD = "/usr/bin/trace-cmd";
const SYSTEMS = ["sched", "irq", "raw_syscalls", "timer", "task"];
const why = whyNotLive() ?? (existsSync(TRACE_CMD) ? undefined : `no ${TRACE_CMD}`);

interface Recording {
  readonly file: string;
  /** CLOCK_MONOTONIC ns around the recording */
  readonly began: bigint;
  readonly ended: bigint;
}

/** Records what this process and its children do, in a private instance that is gone afterwards. */
function record(folder: string, options: { bufferKb: number; commands: number }): Recording {
  const instance = join(TRACEFS, "instances", `stallscope-test-${process.pid}`);
  const put = (file: string, text: string): void => writeFileSync(join(instance, file), text);
  mkdirSync(instance);
  try {
    put("tracing_on", "0");
    put("trace_clock", "mono");
    put("buffer_size_kb", String(options.bufferKb));
    for (const event of [
      "sched/sched_switch",
      "sched/sched_waking",
      "sched/sched_process_fork",
      "sched/sched_process_exec",
      "sched/sched_process_exit",
      "task/task_newtask",
      "irq",
      "timer/hrtimer_start",
      "raw_syscalls",
    ])
      put(`events/${event}/enable`, "1");
    put("events/sched/sched_switch/trigger", "stacktrace");
    // only our own threads and their children: what else the machine does must not fill the ring
    put("options/event-fork", "1");
    put("set_event_pid", readdirSync("/proc/self/task").join(" "));
    const began = process.hrtime.bigint();
    put("tracing_on", "1");
    put("trace_marker", "stallscope oracle begin");
    for (let index = 0; index < options.commands; index++) spawnSync("/bin/true", [], { env: {} });
    put("trace_marker", "stallscope oracle end");
    put("tracing_on", "0");
    const ended = process.hrtime.bigint();
    const file = join(folder, "trace.dat");
    const cpus = readdirSync(join(instance, "per_cpu")).length;
    const perCpu = Array.from({ length: cpus }, (_, cpu) => ({
      kind: "bytes" as const,
      bytes: drain(join(instance, "per_cpu", `cpu${cpu}`, "trace_pipe_raw"), pageSize()),
    }));
    const stats = perCpu.map((_, cpu) => readFileSync(join(instance, "per_cpu", `cpu${cpu}`, "stats"), "utf8"));
    writeTraceDat(file, describeKernel(cpus), [{ name: "", perCpu, stats }]);
    return { file, began, ended };
  } finally {
    for (const [path, text] of [
      ["tracing_on", "0"],
      ["events/sched/sched_switch/trigger", "!stacktrace"],
      ["events/enable", "0"],
    ] as const)
      put(path, text);
    rmdirSync(instance);
  }
}

/** Whole sub-buffers until nothing is left. */
function drain(path: string, size: number): Uint8Array {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const pages: Uint8Array[] = [];
  try {
    for (;;) {
      const page = new Uint8Array(size);
      if (readSync(fd, page, 0, size, null) === 0) break;
      pages.push(page);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
  } finally {
    closeSync(fd);
  }
  return Buffer.concat(pages);
}

const headerPage = (): string => readFileSync(join(TRACEFS, "events/header_page"), "utf8");
const pageSize = (): number => 16 + Number(/field: char data;\toffset:16;\tsize:(\d+)/.exec(headerPage())?.[1]);

function describeKernel(cpus: number): TraceDatMetadata {
  const formats = (system: string): string[] =>
    readdirSync(join(TRACEFS, "events", system))
      .sort()
      .map((event) => join(TRACEFS, "events", system, event, "format"))
      .filter((path) => existsSync(path))
      .map((path) => readFileSync(path, "utf8"));
  return {
    headerPage: headerPage(),
    headerEvent: readFileSync(join(TRACEFS, "events/header_event"), "utf8"),
    ftraceFormats: formats("ftrace"),
    systems: SYSTEMS.map((name) => ({ name, formats: formats(name) })),
    kallsyms: "",
    printkFormats: "",
    cmdlines: "",
    cpus,
    longSize: 8,
    pageSize: pageSize(),
    uname: "Linux",
    version: "test",
    traceClock: "local [mono]",
  };
}

interface Line {
  readonly event: string;
  readonly cpu: number;
  readonly tid: number;
  /** absolute ns */
  readonly time: bigint;
  readonly text: string;
}

/** `comm-TID [CPU] SECONDS.NANOSECONDS: event: fields` */
const LINE = /^.*-(\d+) +\[(\d+)\] +(\d+)\.(\d{9}): (\w+): +(.*)$/;

/** `dropped`: undefined where trace-cmd gives no number either, as when the sub-buffer had no room for it. */
function report(file: string): { lines: Line[]; dropped: (number | undefined)[] } {
  const text = execFileSync(TRACE_CMD, ["report", "-R", "-t", "-i", file], { env: {}, maxBuffer: 1 << 28, encoding: "latin1" });
  const lines: Line[] = [];
  const dropped: (number | undefined)[] = [];
  for (const line of text.split("\n")) {
    const lost = /\[(?:(\d+) )?EVENTS DROPPED\]/.exec(line);
    if (lost !== null) dropped.push(lost[1] === undefined ? undefined : Number(lost[1]));
    const match = LINE.exec(line);
    if (match === null) continue;
    const [, tid, cpu, seconds, ns, event = "", rest = ""] = match;
    lines.push({ event, cpu: Number(cpu), tid: Number(tid), time: BigInt(`${seconds}${ns}`), text: rest });
  }
  return { lines, dropped };
}

function countsOf(lines: readonly Line[], cpus: number): Record<string, number[]> {
  const counts: Record<string, number[]> = {};
  for (const { event, cpu } of lines) {
    const perCpu = (counts[event] ??= Array.from({ length: cpus }, () => 0));
    perCpu[cpu] = (perCpu[cpu] ?? 0) + 1;
  }
  return counts;
}

const ourCounts = (trace: Trace): Record<string, number[]> => Object.fromEntries([...trace.counts].map(([name, { perCpu }]) => [name, [...perCpu]]));

/** The values of a row as trace-cmd -R prints them, for the fields that it prints in decimal or as text. */
function printed(trace: Trace, table: EventTable, row: number, fields: readonly string[]): string[] {
  return fields.map((name) => {
    const column = table.fields[name];
    // names of tasks are kept by thread; idle has one per CPU
    const tid = table.fields[name.replace("comm", "pid")]?.[row] ?? 0;
    if (column === undefined && name.endsWith("comm"))
      return `${name}=${tid === 0 ? `swapper/${table.cpu[row]}` : trace.strings.get(nameAt(trace.threadNames, tid, table.time[row] ?? 0) ?? 0)}`;
    const value = column?.[row] ?? Number.NaN;
    return `${name}=${/comm|filename/.test(name) ? trace.strings.get(value) : value}`;
  });
}

const COMPARED: Readonly<Record<string, readonly string[]>> = {
  sched_switch: ["prev_comm", "prev_pid", "prev_prio", "prev_state", "next_comm", "next_pid", "next_prio"],
  sched_waking: ["comm", "pid", "prio"],
  sched_process_fork: ["parent_pid", "child_comm", "child_pid"],
  sched_process_exec: ["filename", "pid", "old_pid"],
  sys_enter: ["id"],
  sys_exit: ["id", "ret"],
  softirq_entry: ["vec"],
  softirq_raise: ["vec"],
  kernel_stack: [],
  print: [],
  hrtimer_start: [],
};

describe.skipIf(why !== undefined)(`trace-cmd and the importer${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  const withFolder = (use: (folder: string) => void): void => {
    const folder = mkdtempSync(join(tmpdir(), "stallscope-oracle-"));
    try {
      use(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it("agree on every record: count, time, CPU, thread, fields", () =>
    withFolder((folder) => {
      const { file, began, ended } = record(folder, { bufferKb: 4096, commands: 20 });
      const trace = importTrace(file);
      const { lines, dropped } = report(file);
      expect(lines.length).toBeGreaterThan(1000);
      expect(dropped).toEqual([]);
      expect(trace.problems).toEqual([]);
      expect(trace.lost).toEqual([]);
      expect(ourCounts(trace)).toEqual(countsOf(lines, trace.machine.cpus));
      for (const [event, fields] of Object.entries(COMPARED)) {
        const theirs = lines.filter((line) => line.event === event);
        const table = trace.tables.get(event);
        expect(theirs.length, event).toBeGreaterThan(0);
        expect(table?.length, event).toBe(theirs.length);
        if (table === undefined) continue;
        // rows of equal time may be told in another order: compare each CPU on its own
        for (let cpu = 0; cpu < trace.machine.cpus; cpu++) {
          const rows = Array.from({ length: table.length }, (_, row) => row).filter((row) => table.cpu[row] === cpu);
          const wanted = theirs.filter((line) => line.cpu === cpu);
          expect(rows.map((row) => [trace.clock.base + BigInt(table.time[row] ?? 0), table.tid[row]])).toEqual(wanted.map((line) => [line.time, line.tid]));
          rows.forEach((row, index) => {
            for (const text of printed(trace, table, row, fields))
              if (!` ${wanted[index]?.text} `.includes(` ${text} `)) expect.fail(`${event}: ${text} is not in: ${wanted[index]?.text}`);
          });
        }
      }
      // the trace clock is process.hrtime's
      expect(trace.clock.base + BigInt(trace.begin)).toBeGreaterThanOrEqual(began);
      expect(trace.clock.base + BigInt(trace.end)).toBeLessThanOrEqual(ended);
      const markers = [...(trace.tables.get("print")?.fields["buf"] ?? [])].map((id) => trace.strings.get(id));
      expect(markers).toEqual(["stallscope oracle begin\n", "stallscope oracle end\n"]);
      // threads born inside belong to their own processes; every stack has frames
      const exec = trace.tables.get("sched_process_exec");
      expect(trace.threads.row(trace.threads.at(exec?.fields["pid"]?.[0] ?? 0, exec?.time[0] ?? 0))).toMatchObject({
        pid: exec?.fields["pid"]?.[0],
        comm: "true",
      });
      const stacks = trace.tables.get("kernel_stack")?.fields["caller"] ?? [];
      expect(Array.from(stacks).every((id) => (trace.stacks[id]?.length ?? 0) > 2)).toBe(true);
    }));

  it("agree on what a ring that was too small has lost", () =>
    withFolder((folder) => {
      const { file } = record(folder, { bufferKb: 32, commands: 30 });
      const trace = importTrace(file);
      const { lines, dropped } = report(file);
      expect(dropped.length).toBeGreaterThan(0);
      expect(trace.lost.map((lost) => lost.count).sort()).toEqual([...dropped].sort());
      expect(trace.problems).toEqual([]);
      expect(ourCounts(trace)).toEqual(countsOf(lines, trace.machine.cpus));
    }));
});
