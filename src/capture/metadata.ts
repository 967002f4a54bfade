/** What must a trace.dat carry so that other tools can read it without this machine? Read while nothing is recorded. */
import { machine, release, type as osType, version } from "node:os";
import type { ThreadInfo, TraceDatMetadata } from "../bundle/index.ts";
import { readText, type Tracefs } from "../linux/index.ts";
import { savedName } from "./saved-name.ts";

export interface EventSystem {
  readonly name: string;
  /** texts of its events' format files */
  readonly formats: readonly string[];
}

/** What is the same before and after: read early, so that the end of a request is not followed by it. */
export interface StaticMetadata {
  readonly headerEvent: string;
  readonly ftraceFormats: readonly string[];
  readonly systems: readonly EventSystem[];
  readonly kallsyms: string;
  readonly printkFormats: string;
}

/** `events`: "system:event". Every format of a system that is used, and of `ftrace`. */
export function readStaticMetadata(tracefs: Tracefs, events: readonly string[]): StaticMetadata {
  const file = (relative: string): string => readText(tracefs.path(relative));
  const formats = (system: string): string[] =>
    tracefs
      .list(`events/${system}`)
      .map((event) => file(`events/${system}/${event}/format`))
      .filter((text) => text !== "");
  const systems = [...new Set(events.map((event) => event.split(":")[0] as string))].filter((system) => system !== "ftrace");
  return {
    headerEvent: file("events/header_event"),
    ftraceFormats: formats("ftrace"),
    systems: systems.map((name) => ({ name, formats: formats(name) })),
    kallsyms: readSymbols(),
    printkFormats: file("printk_formats"),
  };
}

/** "" when the kernel hides the addresses (kptr_restrict): all of them zero would give every function the same name. */
function readSymbols(): string {
  const text = readText("/proc/kallsyms");
  return /^(?!0+ )[0-9a-f]+ [tT] /m.test(text.slice(0, 65_536)) ? text : "";
}

export const sizeOfStatic = ({ headerEvent, ftraceFormats, systems, kallsyms, printkFormats }: StaticMetadata): number =>
  [headerEvent, ...ftraceFormats, ...systems.flatMap((system) => system.formats), kallsyms, printkFormats].reduce((sum, text) => sum + text.length + 8, 0);

export interface RecordingMetadata {
  readonly headerPage: string;
  readonly traceClock: string;
  readonly pageSize: number;
  readonly cpus: number;
  readonly threads: readonly ThreadInfo[];
  readonly toolVersion: string;
}

export function traceDatMetadata(fixed: StaticMetadata, { headerPage, traceClock, pageSize, cpus, threads, toolVersion }: RecordingMetadata): TraceDatMetadata {
  return {
    ...fixed,
    headerPage,
    traceClock,
    pageSize,
    cpus,
    cmdlines: threads.map(({ tid, comm }) => `${tid} ${savedName(comm)}\n`).join(""),
    longSize: /commit;\s*offset:\d+;\s*size:4;/.test(headerPage) ? 4 : 8,
    // without the host's name: a recording is sent to others
    uname: `${osType()} ${release()} ${version()} ${machine()}`,
    version: `stallscope ${toolVersion}`,
  };
}
