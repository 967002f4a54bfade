/** A recording of the running kernel in a private instance, with the text that the kernel itself prints for the same records. */
import { closeSync, constants, existsSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, rmdirSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import type { CpuData, TraceDatParts } from "../../src/import/trace-dat/parts.ts";
import { parseCpuStats } from "../../src/import/check-losses.ts";
import { parseHeaderPage } from "../../src/import/header-page.ts";

export const TRACEFS = "/sys/kernel/tracing";

export interface KernelRecording {
  readonly parts: TraceDatParts;
  /** content of the instance's `trace`, one line each */
  readonly lines: readonly string[];
}

export interface RecordingPlan {
  /** of the private instance's name, `stallscope-NAME-PID` */
  readonly name?: string;
  /** `system` or `system/event`; what the kernel lacks is left out */
  readonly events: readonly string[];
  readonly tracer?: string;
  /** written to files of the instance before recording, undone by `undo` afterwards */
  readonly settings?: readonly (readonly [file: string, text: string, undo?: string])[];
  readonly bufferKb: number;
  readonly work: (mark: (text: string, raw?: boolean) => void) => void;
}

/** Real addresses instead of hashed ones: texts can be compared. */
const OPTIONS = ["nohash-ptr", "context-info", "irq-info"];

export function recordKernel(plan: RecordingPlan): KernelRecording {
  const instance = join(TRACEFS, "instances", `stallscope-${plan.name ?? "text"}-${process.pid}`);
  const put = (file: string, text: string): void => writeFileSync(join(instance, file), text);
  const enabled = plan.events.filter((event) => existsSync(join(TRACEFS, "events", event, "enable")));
  mkdirSync(instance);
  try {
    put("tracing_on", "0");
    put("trace_clock", "mono");
    put("buffer_size_kb", String(plan.bufferKb));
    for (const option of OPTIONS) if (existsSync(join(instance, "options", option.replace(/^no/, "")))) put("trace_options", option);
    for (const event of enabled) put(`events/${event}/enable`, "1");
    for (const [file, text] of plan.settings ?? []) put(file, text);
    if (plan.tracer !== undefined) put("current_tracer", plan.tracer);
    put("tracing_on", "1");
    plan.work((text, raw = false) => put(raw ? "trace_marker_raw" : "trace_marker", text));
    put("tracing_on", "0");
    const lines = readFileSync(join(instance, "trace"), "latin1").split("\n");
    return { lines, parts: readParts(instance, enabled) };
  } finally {
    put("tracing_on", "0");
    for (const [file, , undo] of plan.settings ?? []) if (undo !== undefined) put(file, undo);
    put("current_tracer", "nop");
    put("events/enable", "0");
    rmdirSync(instance);
  }
}

function readParts(instance: string, enabled: readonly string[]): TraceDatParts {
  const headerPageText = readFileSync(join(TRACEFS, "events/header_page"), "utf8");
  const layout = parseHeaderPage(headerPageText);
  const cpus = readdirSync(join(instance, "per_cpu")).length;
  const stats = Array.from({ length: cpus }, (_, cpu) =>
    parseCpuStats(`CPU: ${cpu}\n${readFileSync(join(instance, "per_cpu", `cpu${cpu}`, "stats"), "latin1")}`),
  ).filter((each) => each !== undefined);
  const data = Array.from({ length: cpus }, (_, cpu): CpuData => {
    const bytes = drain(join(instance, "per_cpu", `cpu${cpu}`, "trace_pipe_raw"), layout.pageSize);
    return { cpu, offset: 0, size: bytes.length, truncated: false, pieces: () => [{ offset: 0, bytes }] };
  });
  return {
    version: 6,
    little: true,
    headerPage: layout,
    headerPageText,
    headerEventText: readFileSync(join(TRACEFS, "events/header_event"), "utf8"),
    formats: formatsOf(["ftrace", ...enabled.map((event) => event.split("/")[0] ?? "")]),
    kallsyms: readFileSync("/proc/kallsyms", "latin1"),
    printkFormats: readFileSync(join(TRACEFS, "printk_formats"), "latin1"),
    cmdlines: readFileSync(join(TRACEFS, "saved_cmdlines"), "utf8"),
    cpus,
    clock: "mono",
    conversion: undefined,
    uname: `Linux host ${release()}`,
    stats,
    buffers: [{ name: "", layout, cpus: data, stats }],
    latencyTexts: [],
    notes: { writer: undefined, traceId: undefined, printedOffset: 0n, guests: [], processMaps: [] },
    problems: [],
  };
}

/** Every format of these systems of the running kernel. */
export function formatsOf(systems: readonly string[]): { system: string; text: string }[] {
  return [...new Set(systems)].flatMap((system) =>
    readdirSync(join(TRACEFS, "events", system))
      .map((event) => join(TRACEFS, "events", system, event, "format"))
      .filter((path) => existsSync(path))
      .map((path) => ({ system, text: readFileSync(path, "latin1") })),
  );
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
  // at a multiple of 4 of its memory, as the importer's pieces are
  const whole = new Uint8Array(pages.length * size);
  pages.forEach((page, index) => whole.set(page, index * size));
  return whole;
}
