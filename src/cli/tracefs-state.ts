/** Is tracefs the same as before? Reads what a trace could have changed; the demo shows the comparison. */
import type { Tracefs } from "../linux/index.ts";

/** Top-level control files that a careless tracer leaves changed. Only small ones: they are read twice. */
const CONTROL_FILES = [
  "current_tracer",
  "tracing_on",
  "trace_clock",
  "buffer_size_kb",
  "set_event",
  "set_event_pid",
  "set_ftrace_pid",
  "set_ftrace_filter",
  "trace_options",
  "tracing_cpumask",
  "events/enable",
  "kprobe_events",
  "uprobe_events",
  "synthetic_events",
  "max_graph_depth",
  "saved_cmdlines_size",
] as const;

export type TracefsState = ReadonlyMap<string, string>;

/** A file that cannot be read is absent from the map on both sides. */
export function readTracefsState(tracefs: Tracefs): TracefsState {
  const state = new Map<string, string>();
  for (const file of CONTROL_FILES) {
    try {
      state.set(file, tracefs.read(file));
    } catch {
      // not on this kernel, or not readable: nothing to compare
    }
  }
  return state;
}

/** Names of what differs; empty when nothing does. */
export function changedTracefs(before: TracefsState, after: TracefsState): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((file) => before.get(file) !== after.get(file));
}
