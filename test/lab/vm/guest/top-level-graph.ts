/**
 * function_graph at the top level of this machine, which is the test's own: where a kernel before 6.11 has it, and where the
 * product never goes. What it says of the same calls is held against what probes said.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const TOP = "/sys/kernel/tracing";
const set = (file: string, text: string, flag: "w" | "a" = "w"): void => writeFileSync(`${TOP}/${file}`, text, { flag });

/** From now on; the text of `trace` when it is called, and all is as it was. */
export function startTopLevelGraph(pid: number, functions: readonly string[]): () => string {
  set("tracing_on", "0");
  set("trace_clock", "mono");
  set("set_ftrace_filter", functions.join("\n"));
  set("set_ftrace_pid", readdirSync(`/proc/${pid}/task`).join(" "));
  set("options/function-fork", "1");
  set("current_tracer", "function_graph");
  // these two only while it is chosen
  for (const option of ["funcgraph-abstime", "funcgraph-proc"]) set(`options/${option}`, "1");
  set("trace", "");
  set("tracing_on", "1");
  return () => {
    set("tracing_on", "0");
    const text = readFileSync(`${TOP}/trace`, "utf8");
    for (const option of ["funcgraph-abstime", "funcgraph-proc"]) set(`options/${option}`, "0");
    set("current_tracer", "nop");
    set("options/function-fork", "0");
    set("set_ftrace_pid", "");
    set("set_ftrace_filter", "");
    set("trace_clock", "local");
    set("tracing_on", "1");
    return text;
  };
}
