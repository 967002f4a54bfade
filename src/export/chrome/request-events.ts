/** How does a request look in Chrome's format? A process with its critical path and its phases, and arrows between the threads that the path goes through. */
import { nsBetween, nsValue, type PathEntry, type RequestResult } from "../../result/index.ts";
import { phaseLanes } from "../explanation.ts";
import { entryDetails, entryLabel, phaseLabel, requestDetails, requestLabel } from "../labels.ts";
import { RANK, REQUEST_LANES, requestProcess, threadLane } from "./lanes.ts";
import { completeEvent, flowEvent, laneEvent, processEvents } from "./trace-events.ts";

export function* requestEvents(requests: readonly RequestResult[]): Generator<string> {
  for (const [index, request] of requests.entries()) {
    const pid = requestProcess(index);
    const name = requestLabel(request);
    yield* processEvents(pid, name, RANK.request);
    const path = { pid, tid: REQUEST_LANES.path };
    yield laneEvent(path, "critical path");
    for (const entry of request.path)
      yield completeEvent(path, { name: entryLabel(entry), category: "critical-path", ...spanOf(entry), details: entryDetails(entry) });
    const whole = { pid, tid: REQUEST_LANES.phases };
    yield completeEvent(whole, { name, category: "request", ...spanOf(request), details: requestDetails(request) });
    for (const [rank, phases] of phaseLanes(request).entries()) {
      const lane = { pid, tid: REQUEST_LANES.phases + rank };
      yield laneEvent(lane, "phases");
      for (const phase of phases) yield completeEvent(lane, { name: phaseLabel(phase), category: "phase", ...spanOf(phase) });
    }
  }
}

/**
 * Arrows from thread to thread, where the path goes from one to the other. They come last: a reader that goes through the file in order
 * then has the slices that they begin and end in. An arrow begins in the last ns of its entry, for at its end another slice begins.
 */
export function* wakeEvents(requests: readonly RequestResult[]): Generator<string> {
  let id = 0;
  for (const { path } of requests)
    for (const [index, entry] of path.entries()) {
      const next = path[index + 1];
      if (next === undefined || next.thread.tid === entry.thread.tid || !hasLane(entry) || !hasLane(next)) continue;
      id++;
      const lastNs = nsBetween(entry.beginNs, entry.endNs) > 0 ? nsValue(BigInt(entry.endNs) - 1n) : entry.endNs;
      yield flowEvent(threadLane(entry.thread), "s", id, lastNs);
      yield flowEvent(threadLane(next.thread), "f", id, next.beginNs);
    }
}

/** Idle, and whom nobody knows, have none. */
const hasLane = ({ thread }: PathEntry): boolean => thread.tid > 0;

const spanOf = ({ beginNs, endNs }: Pick<PathEntry, "beginNs" | "endNs">) => ({ begin: beginNs, durationNs: nsBetween(beginNs, endNs) });
