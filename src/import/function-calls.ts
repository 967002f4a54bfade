/** Which of the functions that a function tracer or probes watched were called, by whom, and for how long? Read from the records of their own buffer. */
import type { FunctionCall, FunctionCalls } from "../trace/index.ts";
import type { TraceRecord } from "./importer.ts";
import { openRecording } from "./open-recording.ts";

/** Each is an object: some 100 MB. Functions are chosen by name, so that many means a wrong choice. */
const MOST_CALLS = 1_000_000;
/** names of buffers */
const TRACERS: ReadonlySet<string> = new Set(["function", "function_graph", "kprobes"]);

/** An entry without its exit, at the end of the recording, is a call without an end; an exit without its entry is none. */
export function readFunctionCalls(path: string): FunctionCalls {
  const calls: FunctionCall[] = [];
  const problems: string[] = [];
  const open = new Map<number, FunctionCall[]>();
  const { recording, close } = openRecording(path);
  try {
    for (const record of recording.records()) {
      // one object, reused
      const { buffer, time, cpu, tid } = record;
      if (!TRACERS.has(buffer)) continue;
      if (calls.length >= MOST_CALLS) {
        problems.push(`of the calls that were traced only the first ${MOST_CALLS} are counted: watch fewer functions`);
        break;
      }
      const said = sayingOf(record);
      if (said === undefined) continue;
      const { kind, fn, caller } = said;
      const stack = open.get(tid) ?? [];
      if (kind !== "exit") {
        const call = { tracer: buffer, fn, caller, tid, cpu, begin: time, end: undefined };
        calls.push(call);
        if (kind === "entry") open.set(tid, [...stack, call]);
        continue;
      }
      // what was lost in between never ends
      const at = stack.findLastIndex((call) => call.fn === fn);
      if (at < 0) continue;
      const call = stack[at] as FunctionCall;
      Object.assign(call, { end: said.lengthNs === undefined ? time : call.begin + said.lengthNs, caller });
      open.set(tid, stack.slice(0, at));
    }
  } finally {
    close();
  }
  return { calls, problems };
}

/** `call`: nobody says when it is over. */
interface Saying {
  readonly kind: "call" | "entry" | "exit";
  readonly fn: number;
  readonly caller: number | undefined;
  readonly lengthNs?: bigint;
}

function sayingOf(record: TraceRecord): Saying | undefined {
  const fields = new Map(record.fields());
  /** 0 where the kernel has no such field */
  const integer = (name: string): bigint => {
    const value = fields.get(name);
    return typeof value === "bigint" || typeof value === "number" ? BigInt(value) : 0n;
  };
  const address = (name: string): number => Number(BigInt.asUintN(52, integer(name)));
  switch (record.event) {
    case "function":
      return { kind: "call", fn: address("ip"), caller: address("parent_ip") };
    case "funcgraph_entry":
      return { kind: "entry", fn: address("func"), caller: undefined };
    case "funcgraph_exit": {
      // its own two readings of a clock are nearer to the call than the stamps of the two records
      const length = integer("rettime") - integer("calltime");
      return { kind: "exit", fn: address("func"), caller: undefined, ...(length > 0n ? { lengthNs: length } : {}) };
    }
  }
  // probes are named by whoever sets them: their fields tell (kernel/trace/trace_probe.h)
  if (fields.has("__probe_ip")) return { kind: "entry", fn: address("__probe_ip"), caller: undefined };
  if (fields.has("__probe_func")) return { kind: "exit", fn: address("__probe_func"), caller: address("__probe_ret_ip") };
  return undefined;
}
