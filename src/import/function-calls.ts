/** Which of the functions that a function tracer watched were called, by whom, and for how long? Read from the records of its own buffer. */
import type { FunctionCall, FunctionCalls } from "../trace/index.ts";
import type { TraceRecord } from "./importer.ts";
import { openRecording } from "./open-recording.ts";

/** Each is an object: some 100 MB. Functions are chosen by name, so that many means a wrong choice. */
const MOST_CALLS = 1_000_000;
const TRACERS: ReadonlySet<string> = new Set(["function", "function_graph"]);

/** An entry without its exit, at the end of the recording, is a call without an end; an exit without its entry is none. */
export function readFunctionCalls(path: string): FunctionCalls {
  const calls: FunctionCall[] = [];
  const problems: string[] = [];
  const open = new Map<number, FunctionCall[]>();
  const { recording, close } = openRecording(path);
  try {
    for (const record of recording.records()) {
      // one object, reused
      const { buffer, event, time, cpu, tid } = record;
      if (!TRACERS.has(buffer)) continue;
      const field = (name: string): number => Number(BigInt.asUintN(52, integerOf(record, name)));
      if (calls.length >= MOST_CALLS) {
        problems.push(`of the calls that were traced only the first ${MOST_CALLS} are counted: watch fewer functions`);
        break;
      }
      if (event === "function") calls.push({ tracer: buffer, fn: field("ip"), caller: field("parent_ip"), tid, cpu, begin: time, end: undefined });
      else if (event === "funcgraph_entry") {
        const call = { tracer: buffer, fn: field("func"), caller: undefined, tid, cpu, begin: time, end: undefined };
        calls.push(call);
        open.set(tid, [...(open.get(tid) ?? []), call]);
      } else if (event === "funcgraph_exit") {
        const stack = open.get(tid) ?? [];
        const fn = field("func");
        // what was lost in between never ends
        const at = stack.findLastIndex((call) => call.fn === fn);
        if (at < 0) continue;
        const call = stack[at] as FunctionCall;
        // its own two readings of a clock are nearer to the call than the stamps of the two records
        const length = integerOf(record, "rettime") - integerOf(record, "calltime");
        Object.assign(call, { end: length > 0n ? call.begin + length : time });
        open.set(tid, stack.slice(0, at));
      }
    }
  } finally {
    close();
  }
  return { calls, problems };
}

/** 0 where the kernel has no such field. */
function integerOf(record: TraceRecord, name: string): bigint {
  const value = record.fields().find(([key]) => key === name)?.[1];
  return typeof value === "bigint" || typeof value === "number" ? BigInt(value) : 0n;
}
