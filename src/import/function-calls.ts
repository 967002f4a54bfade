/** Which of the functions that a function tracer watched were called, by whom, and for how long? Read from the records of its own buffer. */
import type { FunctionCall, FunctionCalls } from "../trace/index.ts";
import type { FieldValue } from "./importer.ts";
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
      const field = (name: string): number => pointerOf(record.fields().find(([key]) => key === name)?.[1]);
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
        Object.assign(stack[at] as FunctionCall, { end: time });
        open.set(tid, stack.slice(0, at));
      }
    }
  } finally {
    close();
  }
  return { calls, problems };
}

/** As tables keep addresses: the low 52 bits. */
const pointerOf = (value: FieldValue | undefined): number =>
  typeof value === "bigint" || typeof value === "number" ? Number(BigInt.asUintN(52, BigInt(value))) : 0;
