/**
 * Records the trace.dat files of this folder again: node scripts/run-ts.js test/traces/record.ts   (root, tracefs and trace-cmd are needed)
 *
 * Two shells that wake each other in turn, in private trace instances. A filter keeps every other task's name out. Our writer makes a
 * version 6 of the pages; trace-cmd makes the files that are kept.
 */
import { execFileSync, spawn } from "node:child_process";
import { constants, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, readSync, rmdirSync, rmSync, symlinkSync, writeFileSync, closeSync } from "node:fs";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { writeTraceDat, type TraceDatBuffer, type TraceDatMetadata } from "../../src/bundle/index.ts";

const TRACEFS = "/sys/kernel/tracing";
const TRACE_CMD = "/usr/bin/trace-cmd";
const OUT = join("test", "traces");
const PAGE = 4096;
/** pages kept of each CPU and buffer */
const KEPT = 4;
const OURS = (side: string): string => `(${side}_comm ~ "fixture*" || ${side}_pid == 0)`;
const EVENTS: Readonly<Record<string, readonly { event: string; filter?: string }[]>> = {
  "": [
    { event: "sched/sched_switch", filter: `${OURS("prev")} && ${OURS("next")}` },
    { event: "sched/sched_waking", filter: 'comm ~ "fixture*"' },
    { event: "irq/softirq_entry" },
    { event: "irq/softirq_exit" },
  ],
  deep: [{ event: "raw_syscalls/sys_enter" }, { event: "raw_syscalls/sys_exit" }],
};
const FTRACE = ["print", "kernel_stack"];

const folder = mkdtempSync(join(tmpdir(), "stallscope-fixture-"));
const instances = new Map(Object.keys(EVENTS).map((name) => [name, join(TRACEFS, "instances", `stallscope-fixture-${process.pid}${name}`)]));
try {
  for (const [name, path] of instances) prepare(name, path);
  const pids = await work();
  for (const path of instances.values()) writeFileSync(join(path, "tracing_on"), "0");
  write(pids);
} finally {
  for (const path of instances.values()) {
    try {
      rmdirSync(path);
    } catch {
      process.stderr.write(`${path} is still there\n`);
    }
  }
  rmSync(folder, { recursive: true, force: true });
}

function prepare(name: string, path: string): void {
  mkdirSync(path);
  const put = (file: string, text: string): void => writeFileSync(join(path, file), text);
  put("tracing_on", "0");
  put("trace_clock", "mono");
  put("buffer_size_kb", "4096");
  put("options/overwrite", "0");
  put("options/event-fork", "1");
  // the shells inherit it; softirqs and calls of others stay out
  put("set_event_pid", String(process.pid));
  for (const { event, filter } of EVENTS[name] ?? []) {
    if (filter !== undefined) put(`events/${event}/filter`, filter);
    put(`events/${event}/enable`, "1");
  }
}

async function work(): Promise<number[]> {
  for (const each of ["ping", "pong"]) {
    symlinkSync("/bin/sh", join(folder, `fixture-${each}`));
    execFileSync("/usr/bin/mkfifo", [join(folder, each)]);
  }
  const loop = "while read line; do echo $line; done";
  const run = (name: string, from: string, to: string, first: string) =>
    spawn(join(folder, `fixture-${name}`), ["-c", `exec <>"$1" >"$2"; ${first}${loop}`, "sh", join(folder, from), join(folder, to)], { env: {}, stdio: "ignore" });
  for (const path of instances.values()) writeFileSync(join(path, "tracing_on"), "1");
  const marker = openSync(join(instances.get("") as string, "trace_marker"), constants.O_WRONLY);
  writeFileSync(marker, "fixture begin");
  const shells = [run("ping", "ping", "pong", "echo x; "), run("pong", "pong", "ping", "")];
  await wait(120);
  writeFileSync(marker, "fixture end");
  closeSync(marker);
  for (const shell of shells) shell.kill("SIGKILL");
  await Promise.all(shells.map((shell) => new Promise((resolve) => shell.once("exit", resolve))));
  return shells.map(({ pid }) => pid ?? 0);
}

function write(pids: readonly number[]): void {
  const buffers = [...instances].map(([name, path]): TraceDatBuffer => {
    const cpus = readdirSync(join(path, "per_cpu")).length;
    const perCpu = Array.from({ length: cpus }, (_, cpu) => ({ kind: "bytes" as const, bytes: pagesOf(path, cpu) }));
    return { name, perCpu, stats: Array.from({ length: cpus }, (_, cpu) => readFileSync(join(path, "per_cpu", `cpu${cpu}`, "stats"), "utf8")) };
  });
  const [main] = instances.values();
  const format = (event: string): string => readFileSync(join(main ?? "", "events", event, "format"), "utf8");
  const metadata = (chosen: readonly TraceDatBuffer[]): TraceDatMetadata => {
    const events = chosen.flatMap(({ name }) => (EVENTS[name] ?? []).map(({ event }) => event));
    const systems = [...new Set(events.map((event) => event.split("/")[0] as string))];
    return {
      headerPage: readFileSync(join(main ?? "", "events/header_page"), "utf8"),
      headerEvent: readFileSync(join(TRACEFS, "events/header_event"), "utf8"),
      ftraceFormats: FTRACE.map((event) => readFileSync(join(TRACEFS, "events/ftrace", event, "format"), "utf8")),
      systems: systems.map((name) => ({ name, formats: events.filter((event) => event.startsWith(`${name}/`)).map(format) })),
      kallsyms: "",
      printkFormats: "",
      cmdlines: `${pids[0]} fixture-ping\n${pids[1]} fixture-pong\n`,
      cpus: buffers[0]?.perCpu.length ?? 0,
      longSize: 8,
      pageSize: PAGE,
      uname: `Linux fixture ${release()} x86_64`,
      version: "stallscope fixture",
      traceClock: "local global [mono]",
    };
  };
  const file = (name: string, chosen: readonly TraceDatBuffer[]): string => {
    const path = join(folder, name);
    writeTraceDat(path, metadata(chosen), chosen);
    return path;
  };
  const one = file("one.dat", buffers.slice(0, 1));
  const two = file("two.dat", buffers);
  const convert = (from: string, to: string, version: string, compression: string): void => {
    execFileSync(TRACE_CMD, ["convert", "-i", from, "-o", join(OUT, to), "--file-version", version, "--compression", compression], { stdio: "ignore" });
  };
  convert(one, "trace-cmd-v7-none.dat", "7", "none");
  convert(one, "trace-cmd-v7-zstd.dat", "7", "zstd");
  convert(two, "trace-cmd-v7-zstd-buffers.dat", "7", "zstd");
  convert(join(OUT, "trace-cmd-v7-zstd.dat"), "trace-cmd-v6.dat", "6", "none");
}

/** The first pages that a reader of trace_pipe_raw gets. */
function pagesOf(path: string, cpu: number): Uint8Array {
  const fd = openSync(join(path, "per_cpu", `cpu${cpu}`, "trace_pipe_raw"), constants.O_RDONLY | constants.O_NONBLOCK);
  const pages: Uint8Array[] = [];
  try {
    for (;;) {
      const page = new Uint8Array(PAGE);
      if (readSync(fd, page, 0, PAGE, null) === 0) break;
      if (pages.length < KEPT) pages.push(page);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
  } finally {
    closeSync(fd);
  }
  return Uint8Array.from(Buffer.concat(pages));
}
