/** What did the functions that the user chose take of each request? From a function tracer beside the events. */
import type { ExplainedRequest, Run } from "../facts/index.ts";
import type { FunctionResult } from "../result/index.ts";
import { NO_THREAD, type FunctionCall, type Trace } from "../trace/index.ts";
import { threadRef } from "./to-result.ts";

/** A function called from everywhere: who calls it most is what matters. */
const MOST_CALLERS = 3;
/**
 * What stands in the caller's place while somebody else waits for the same return: function_graph (seen on 6.1), a kretprobe.
 * arch/x86/kernel/ftrace_64.S, arch/x86/kernel/rethook.c, arch/arm64/kernel/entry-ftrace.S, arch/arm64/kernel/probes/kprobes_trampoline.S
 */
const TRAMPOLINES: ReadonlySet<string> = new Set(["return_to_handler", "arch_rethook_trampoline", "__kretprobe_trampoline", "kretprobe_trampoline"]);

/** Of each request what took longest first. A call that goes on longer than its request counts in it for as long as both last. */
export function functionsOf({ requests, calls, timeline: { trace } }: Run): FunctionResult[] {
  if (calls.length === 0) return [];
  const at = (time: bigint): number => Number(time - trace.clock.base);
  const timed = calls.map((call) => ({ call, begin: at(call.begin), end: call.end === undefined ? undefined : at(call.end) }));
  return requests.flatMap((request) => {
    const inside = timed.filter(({ begin, end }) => begin < request.window.end && (end ?? begin) >= request.window.begin);
    const groups = new Map<string, Timed[]>();
    for (const one of inside) {
      const key = `${one.call.tracer} ${nameOf(trace, one.call.fn)}`;
      groups.set(key, [...(groups.get(key) ?? []), one]);
    }
    return [...groups.values()].map((group) => resultOf(group, request, trace)).sort((a, b) => (b.costNs ?? 0) - (a.costNs ?? 0) || b.calls - a.calls);
  });
}

interface Timed {
  readonly call: FunctionCall;
  readonly begin: number;
  readonly end: number | undefined;
}

function resultOf(group: readonly Timed[], { id, window, segments }: ExplainedRequest, trace: Trace): FunctionResult {
  const [{ call }] = group as readonly [Timed];
  const spans = group.flatMap(({ call: { tid }, begin, end }) =>
    end === undefined ? [] : [{ tid, begin: Math.max(begin, window.begin), end: Math.min(end, window.end) }],
  );
  const longest = spans.reduce<(typeof spans)[number] | undefined>(
    (most, span) => (most === undefined || span.end - span.begin > most.end - most.begin ? span : most),
    undefined,
  );
  const callers = callersOf(group, trace);
  // where nobody says when a call is over, none is
  const unended = spans.length === 0 ? 0 : group.length - spans.length;
  return {
    request: id,
    seenBy: call.tracer,
    function: nameOf(trace, call.fn),
    calls: group.length,
    ...(callers.length === 0 ? {} : { callers }),
    ...(unended === 0 ? {} : { unended }),
    ...(longest === undefined
      ? {}
      : {
          totalNs: spans.reduce((sum, { begin, end }) => sum + end - begin, 0),
          longestNs: longest.end - longest.begin,
          task: threadRef(trace, trace.threads.at(longest.tid, longest.begin)),
          // nested calls of one function are not counted twice
          costNs: segments.reduce((sum, segment) => {
            const tid = segment.thread === NO_THREAD ? -1 : trace.threads.row(segment.thread).tid;
            return (
              sum +
              covered(
                spans.filter((span) => span.tid === tid),
                segment.begin,
                segment.end,
              )
            );
          }, 0),
        }),
  };
}

/** How much of [begin, end) lies in at least one of the spans, which are by their begin. */
function covered(spans: readonly { readonly begin: number; readonly end: number }[], begin: number, end: number): number {
  let sum = 0;
  let at = begin;
  for (const span of spans) {
    const from = Math.max(at, span.begin);
    const to = Math.min(end, span.end);
    if (to > from) {
      sum += to - from;
      at = to;
    }
  }
  return sum;
}

function callersOf(group: readonly Timed[], trace: Trace): { function: string; calls: number }[] {
  const counts = new Map<string, number>();
  for (const { call } of group) {
    const name = call.caller === undefined ? undefined : nameOf(trace, call.caller);
    if (name !== undefined && !TRAMPOLINES.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .map(([name, calls]) => ({ function: name, calls }))
    .sort((a, b) => b.calls - a.calls)
    .slice(0, MOST_CALLERS);
}

const nameOf = (trace: Trace, address: number): string => trace.symbols.nameOf(address) ?? `0x${address.toString(16)}`;
