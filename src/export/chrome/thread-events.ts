/** In which state was each thread? Its real process and thread numbers; what is not known, and what is not alive, is left empty. */
import { STATE, type Timeline } from "../../timeline/index.ts";
import type { ThreadIndex, Trace } from "../../trace/index.ts";
import { absoluteClock } from "../stamps.ts";
import { isKnownProcess, RANK, threadLane } from "./lanes.ts";
import { completeEvent, laneEvent, processEvents } from "./trace-events.ts";

/** By number of the state. */
const SHOWN: ReadonlyMap<number, string> = new Map(
  (["running", "runnable", "preempted", "sleeping", "blocked", "stopped"] as const).map((name) => [STATE[name], name]),
);

export function* threadEvents({ trace, states }: Timeline): Generator<string> {
  const absolute = absoluteClock(trace);
  yield* namesOfProcesses(trace);
  for (let thread = 1; thread < trace.threads.length; thread++) {
    const row = trace.threads.row(thread as ThreadIndex);
    const lane = threadLane(row);
    yield laneEvent(lane, row.comm);
    const { length, start, end, state, cpu } = states.of(thread as ThreadIndex);
    for (let at = 0; at < length; at++) {
      const name = SHOWN.get(state[at] as number);
      const begin = start[at] as number;
      const durationNs = (end[at] as number) - begin;
      if (name === undefined || durationNs === 0) continue;
      const details = name === "running" || name === "runnable" || name === "preempted" ? { details: [["cpu", cpu[at] as number] as const] } : {};
      yield completeEvent(lane, { name, category: "state", begin: absolute(begin), durationNs, ...details });
    }
  }
}

/** A process is called as its main thread is. */
function* namesOfProcesses({ threads }: Trace): Generator<string> {
  const names = new Map<number, string>();
  let hasUnknown = false;
  for (let thread = 1; thread < threads.length; thread++) {
    const { pid, tid, comm } = threads.row(thread as ThreadIndex);
    if (!isKnownProcess(pid)) hasUnknown = true;
    else if (tid === pid || !names.has(pid)) names.set(pid, comm);
  }
  for (const [pid, name] of names) yield* processEvents(pid, name, RANK.process);
  if (hasUnknown) yield* processEvents(threadLane({ pid: -1, tid: 0 }).pid, "threads of unknown processes", RANK.unknownProcess);
}
