/** What must a trace.dat carry so that other tools can read it without this machine? */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { release, version, machine, type as osType, hostname } from "node:os";
import type { ThreadInfo, TraceDatMetadata } from "../bundle/index.ts";
import { readText, type Tracefs } from "../linux/index.ts";

export function readMetadata(tracefs: Tracefs, instance: string, events: readonly string[], threads: readonly ThreadInfo[], pageSize: number, cpus: number, toolVersion: string): TraceDatMetadata {
  const file = (relative: string): string => readText(tracefs.path(relative));
  const headerPage = readText(join(instance, "events/header_page")) || file("events/header_page");
  const bySystem = new Map<string, string[]>();
  for (const event of new Set(events)) {
    const [system = "", name = ""] = event.split(":");
    const format = file(`events/${system}/${name}/format`);
    if (format === "" || system === "ftrace") continue;
    const list = bySystem.get(system);
    if (list) list.push(format);
    else bySystem.set(system, [format]);
  }
  const kallsyms = readText("/proc/kallsyms");
  return {
    headerPage,
    headerEvent: file("events/header_event"),
    ftraceFormats: namesIn(tracefs.path("events/ftrace")).map((name) => file(`events/ftrace/${name}/format`)).filter((text) => text !== ""),
    systems: [...bySystem].map(([name, formats]) => ({ name, formats })),
    // addresses that are all zero (kptr_restrict) would give every function the same name
    kallsyms: /^(?!0+ )[0-9a-f]+ /m.test(kallsyms.slice(0, 4096)) ? kallsyms : "",
    printkFormats: file("printk_formats"),
    cmdlines: threads.map(({ tid, comm }) => `${tid} ${comm.replaceAll("\n", " ")}\n`).join(""),
    cpus,
    longSize: /commit;\s*offset:8;\s*size:4/.test(headerPage) ? 4 : 8,
    pageSize,
    uname: `${osType()} ${hostname()} ${release()} ${version()} ${machine()}`,
    version: `stallscope ${toolVersion}`,
    traceClock: readText(join(instance, "trace_clock")),
  };
}

/** Sub-buffer size in bytes of an instance. Older kernels have the file at the top level only. */
export function subBufferBytes(tracefs: Tracefs, instance: string): number {
  const text = readText(join(instance, "events/header_page")) || readText(tracefs.path("events/header_page"));
  const match = /field: char data;\s*offset:(\d+);\s*size:(\d+);/.exec(text);
  return match === null ? 4096 : Number(match[1]) + Number(match[2]);
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path).filter((name) => name !== "enable" && name !== "filter").sort();
  } catch {
    return [];
  }
}
