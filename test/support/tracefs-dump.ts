/** Every readable control file of tracefs outside our own instances, for comparing before and after byte by byte. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FILES = [
  "buffer_percent",
  "buffer_size_kb",
  "buffer_subbuf_size_kb",
  "current_tracer",
  "dynamic_events",
  "kprobe_events",
  "saved_cmdlines_size",
  "set_event",
  "set_event_notrace_pid",
  "set_event_pid",
  "set_ftrace_filter",
  "set_ftrace_notrace",
  "set_ftrace_pid",
  "synthetic_events",
  "timestamp_mode",
  "trace_clock",
  "trace_options",
  "tracing_cpumask",
  "tracing_max_latency",
  "tracing_on",
  "tracing_thresh",
  "uprobe_events",
  "events/enable",
] as const;

export function dumpTracefs(root: string): Record<string, string> {
  const dump: Record<string, string> = {};
  const read = (base: string, label: string): void => {
    for (const file of FILES) dump[`${label}${file}`] = readOr(join(base, file));
    for (const option of names(join(base, "options"))) dump[`${label}options/${option}`] = readOr(join(base, "options", option));
    for (const system of names(join(base, "events"))) dump[`${label}events/${system}`] = readOr(join(base, "events", system, "enable"));
  };
  read(root, "");
  const foreign = names(join(root, "instances")).filter((name) => !name.startsWith("stallscope-"));
  for (const name of foreign) read(join(root, "instances", name), `instances/${name}/`);
  dump["instances"] = foreign.join(" ");
  return dump;
}

const names = (path: string): string[] => {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
};

const readOr = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    return `(${(error as NodeJS.ErrnoException).code})`;
  }
};
