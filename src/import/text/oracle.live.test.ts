/** Do text and records of one buffer give the same Trace? The kernel's own text, and trace-cmd's, of the running kernel. */
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
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTraceDat, type TraceDatMetadata } from "../../bundle/index.ts";
import { EVENT_SPECS, type EventTable, type Trace } from "../../trace/index.ts";
import { whyNotLive } from "../../../test/support/live.ts";
import { importTrace } from "../index.ts";
import { memoryFile } from "../trace-file.ts";
import { textImporters } from "./index.ts";

const TRACEFS = "/sys/kernel/tracing";
const TRACE_CMD = "/usr/bin/trace-cmd";
const why = whyNotLive();
/** what a task may call itself: each fits into 15 bytes, and each looks like a part of a line */
const NAMES = ["a-1 [000] 1: x", "x prev_pid=1 y", "-7 (8) [001] .", "c: 1 [1] S ==>"];
const FORGED =
  "          <idle>-0       [000] d..2.     1.000000: sched_switch: prev_comm=a prev_pid=0 prev_prio=0 prev_state=R ==> next_comm=b next_pid=7 next_prio=1";

interface Recorded {
  readonly text: Uint8Array;
  readonly dat: string;
}

const systems = [...new Set(EVENT_SPECS.map(({ system }) => system))].filter((system) => system !== "ftrace");

function record(folder: string): Recorded {
  const instance = join(TRACEFS, "instances", `stallscope-text-${process.pid}`);
  const put = (file: string, text: string): void => writeFileSync(join(instance, file), text);
  mkdirSync(instance);
  try {
    put("tracing_on", "0");
    put("trace_clock", "mono");
    put("buffer_size_kb", "8192");
    for (const { system, name } of EVENT_SPECS) if (existsSync(join(instance, "events", system, name, "enable"))) put(`events/${system}/${name}/enable`, "1");
    put("events/sched/sched_switch/trigger", "stacktrace");
    put("options/event-fork", "1");
    put("set_event_pid", readdirSync("/proc/self/task").join(" "));
    put("tracing_on", "1");
    put("trace_marker", "stallscope oracle begin");
    put("trace_marker", `  two\n${FORGED}`);
    for (const name of NAMES) spawnSync("/bin/sh", ["-c", `printf '%s' "$1" > /proc/$$/comm; /bin/sleep 0.002; :`, "sh", name], { env: {} });
    spawnSync("/bin/dd", ["if=/dev/zero", `of=${join(folder, "written")}`, "bs=64k", "count=4", "conv=fsync"], { env: {} });
    put("trace_marker", "stallscope oracle end");
    put("tracing_on", "0");
    const text = readFileSync(join(instance, "trace"));
    const cpus = readdirSync(join(instance, "per_cpu")).length;
    const perCpu = Array.from({ length: cpus }, (_, cpu) => ({
      kind: "bytes" as const,
      bytes: drain(join(instance, "per_cpu", `cpu${cpu}`, "trace_pipe_raw")),
    }));
    const dat = join(folder, "trace.dat");
    writeTraceDat(dat, describeKernel(cpus), [{ name: "", perCpu, stats: perCpu.map(() => "") }]);
    return { text, dat };
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

const headerPage = (): string => readFileSync(join(TRACEFS, "events/header_page"), "utf8");
const pageSize = (): number => 16 + Number(/field: char data;\toffset:16;\tsize:(\d+)/.exec(headerPage())?.[1]);

function drain(path: string): Uint8Array {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const pages: Uint8Array[] = [];
  try {
    for (;;) {
      const page = new Uint8Array(pageSize());
      if (readSync(fd, page, 0, page.length, null) === 0) break;
      pages.push(page);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
  } finally {
    closeSync(fd);
  }
  return Buffer.concat(pages);
}

function describeKernel(cpus: number): TraceDatMetadata {
  const formats = (system: string, only?: ReadonlySet<string>): string[] =>
    readdirSync(join(TRACEFS, "events", system))
      .sort()
      .filter((event) => only === undefined || only.has(event))
      .map((event) => join(TRACEFS, "events", system, event, "format"))
      .filter((path) => existsSync(path))
      .map((path) => readFileSync(path, "utf8"));
  const read = new Set(EVENT_SPECS.map(({ name }) => name));
  return {
    headerPage: headerPage(),
    headerEvent: readFileSync(join(TRACEFS, "events/header_event"), "utf8"),
    ftraceFormats: formats("ftrace"),
    systems: systems.filter((name) => existsSync(join(TRACEFS, "events", name))).map((name) => ({ name, formats: formats(name, read) })),
    kallsyms: readFileSync("/proc/kallsyms", "utf8"),
    printkFormats: "",
    cmdlines: readFileSync(join(TRACEFS, "saved_cmdlines"), "utf8"),
    cpus,
    longSize: 8,
    pageSize: pageSize(),
    uname: "Linux",
    version: "test",
    traceClock: "local [mono]",
  };
}

const importText = (bytes: Uint8Array): Trace => {
  const file = memoryFile(bytes, "unknown");
  const importer = textImporters.find((candidate) => candidate.recognizes(file.read(0, 1 << 18)));
  if (importer === undefined) throw new Error("not recognised");
  return importer.open(file, {}).trace();
};

const KINDS = new Map(EVENT_SPECS.map(({ name, fields }) => [name, fields]));
const round = (ns: bigint, digits: 6 | 9): bigint => (digits === 9 ? ns : ((ns + 500n) / 1000n) * 1000n);

interface Comparison {
  readonly digits: 6 | 9;
  readonly hasFlags: boolean;
  /** hashed pointer -> real one */
  readonly hashes: Map<string, number>;
  readonly skip: ReadonlySet<string>;
  readonly stateMask?: number;
}

function compare(text: Trace, binary: Trace, how: Comparison): void {
  expect(text.machine.cpus).toBe(binary.machine.cpus);
  expect(text.clock.base).toBe(round(binary.clock.base, how.digits));
  const counts = (trace: Trace): Record<string, readonly number[]> =>
    Object.fromEntries([...trace.counts].map(([name, { perCpu }]) => [name, [...perCpu]] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
  expect(counts(text)).toEqual(counts(binary));
  expect([...text.tables.keys()].sort()).toEqual([...binary.tables.keys()].sort());
  for (const [name, table] of binary.tables) {
    const other = text.tables.get(name);
    expect(other?.length, name).toBe(table.length);
    if (other === undefined) continue;
    expect(Object.keys(other.fields).sort(), name).toEqual(Object.keys(table.fields).sort());
    for (let cpu = 0; cpu < binary.machine.cpus; cpu++) {
      const rowsOf = (of: EventTable): number[] => Array.from({ length: of.length }, (_, row) => row).filter((row) => of.cpu[row] === cpu);
      const [ours, theirs] = [rowsOf(other), rowsOf(table)];
      theirs.forEach((row, index) => compareRow(text, other, ours[index] as number, binary, table, row, how));
    }
  }
}

function compareRow(text: Trace, a: EventTable, rowA: number, binary: Trace, b: EventTable, rowB: number, how: Comparison): void {
  const head = (trace: Trace, table: EventTable, row: number, isExact: boolean): unknown[] => {
    const time = trace.clock.base + BigInt(table.time[row] as number);
    return [isExact ? time : round(time, how.digits), table.tid[row], ...(how.hasFlags ? [table.flags[row], table.preemptCount[row]] : [])];
  };
  expect(head(text, a, rowA, true), b.name).toEqual(head(binary, b, rowB, false));
  for (const name of Object.keys(b.fields)) {
    if (how.skip.has(`${b.name}.${name}`)) continue;
    const [left, right] = [a.fields[name]?.[rowA] as number, b.fields[name]?.[rowB] as number];
    const kind = KINDS.get(b.name)?.[name];
    const problem = sameValue(kind ?? "f64", left, right, text, binary, `${b.name}.${name}`, how);
    if (problem !== undefined) expect.fail(`${b.name}.${name} row ${rowB}: ${problem}`);
  }
}

const places = new Map<string, Set<string>>();

/** One function may have several names in kallsyms: __do_sys_vfork, __x64_sys_vfork. */
function isSameFunction(a: string, b: string): boolean {
  if (a === b) return true;
  if (places.size === 0) {
    for (const [, address = "", name = ""] of readFileSync("/proc/kallsyms", "utf8").matchAll(/^(\S+) [tTwW] (\S+)/gm))
      places.set(name, (places.get(name) ?? new Set()).add(address));
  }
  return [...(places.get(a) ?? [])].some((address) => places.get(b)?.has(address) === true);
}

function sameValue(kind: string, left: number, right: number, text: Trace, binary: Trace, what: string, { hashes, stateMask }: Comparison): string | undefined {
  const differ = (a: unknown, b: unknown): string | undefined => (a === b ? undefined : `${String(a)} is not ${String(b)}`);
  // the text says handled for IRQ_HANDLED and IRQ_WAKE_THREAD
  if (what === "irq_handler_exit.ret") return differ(left !== 0, right !== 0);
  if (stateMask !== undefined && what === "sched_switch.prev_state") return differ(left, right & stateMask);
  if (kind === "string") return differ(text.strings.get(left), binary.strings.get(right));
  if (kind === "time") return differ(text.clock.base + BigInt(left), binary.clock.base + BigInt(right));
  if (kind === "stack") {
    const names = (trace: Trace, id: number): string[] => [...(trace.stacks[id] ?? [])].map((frame) => trace.symbols.nameOf(frame) ?? frame.toString(16));
    const [ours, theirs] = [names(text, left), names(binary, right)];
    const isSame = ours.length === theirs.length && ours.every((name, index) => isSameFunction(name, theirs[index] as string));
    return isSame ? undefined : differ(ours.join(" "), theirs.join(" "));
  }
  if (kind !== "pointer" || left === right) return differ(left, right);
  const symbol = text.symbols.nameOf(left);
  if (symbol !== undefined) return isSameFunction(symbol, binary.symbols.nameOf(right) ?? "") ? undefined : differ(symbol, binary.symbols.nameOf(right));
  // %p is hashed: one real pointer for each
  const known = hashes.get(`${left}`) ?? right;
  hashes.set(`${left}`, right);
  return differ(known, right);
}

describe.skipIf(why !== undefined)(`the text of a buffer and its records${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let folder = "";
  let recorded: Recorded = { text: new Uint8Array(), dat: "" };
  let binary: Trace;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "stallscope-text-"));
    recorded = record(folder);
    binary = importTrace(recorded.dat);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("agree in the kernel's own text: count, CPU, thread, time, flags, every column", () => {
    const text = importText(recorded.text);
    expect(text.problems.map(({ code }) => code)).toEqual(["marker-lines"]);
    expect(binary.problems).toEqual([]);
    compare(text, binary, { digits: 6, hasFlags: true, hashes: new Map(), skip: new Set() });
    const named = (trace: Trace): string[] =>
      [...new Set(Array.from(trace.threadNames.tid, (tid, row) => `${tid} ${trace.strings.get(trace.threadNames.name[row] as number)}`))].sort();
    expect(named(text)).toEqual(named(binary));
    for (const name of NAMES)
      expect(
        named(text).some((entry) => entry.endsWith(` ${name}`)),
        name,
      ).toBe(true);
    const markers = [...(text.tables.get("print")?.fields["buf"] ?? [])].map((id) => text.strings.get(id));
    expect(markers).toEqual(["stallscope oracle begin\n", `  two\n${FORGED}\n`, "stallscope oracle end\n"]);
    const changes = ({ taskChanges }: Trace): unknown[] => Array.from(taskChanges.tid, (tid, row) => [tid, taskChanges.cpu[row]]);
    expect(changes(text).length).toBe(changes(binary).length);
  });

  it.skipIf(!existsSync(TRACE_CMD)).each([
    // -N and -R have the first 8 frames of a stack: the format says caller[8]
    { arguments: ["-N", "-t"], digits: 9, skip: ["kernel_stack.caller"] },
    { arguments: ["-N"], digits: 6, skip: ["kernel_stack.caller"] },
    // its plugin does not know the state +
    { arguments: ["-t"], digits: 9, skip: [], stateMask: 0xff },
    { arguments: ["-R", "-t"], digits: 9, skip: ["kernel_stack.caller"] },
  ] as const)("agree in what trace-cmd report $arguments makes of them", ({ arguments: options, digits, skip, ...more }) => {
    const report = execFileSync(TRACE_CMD, ["report", ...options, "-i", recorded.dat], { env: {}, maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] });
    const text = importText(report);
    expect(text.tables.size).toBeGreaterThan(10);
    compare(text, binary, { digits, hasFlags: false, hashes: new Map(), skip: new Set(skip), ...more });
  });
});
