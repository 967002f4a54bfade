/**
 * Cause: the service's event loop did not come back to its poll: a handler slept, waited or computed on the loop's thread.
 * Signature: a thread that lives in epoll is, on the path, in a sleep or wait that is no poll, or computes for at least
 * 100 ms between two polls.
 * Not this rule: a loop that polls and finds nothing (framework-polling); one that waits for a CPU (cpu-rival).
 * Threshold: asyncio's own slow_callback_duration is 100 ms; waits shorter than 20 ms are GIL hand-overs and short locks.
 * Sources: FastChat 3833, vllm-omni PR 2511; asyncio-dev documentation.
 */
import { lowerBound, upperBound } from "../../base/index.ts";
import type { Segment } from "../../critical-path/index.ts";
import { isPollCall } from "../../timeline/index.ts";
import { eventLoops } from "../../facts/index.ts";
import { defineRule, needs, type RuleContext } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { ownerOf, seeWhatItDoes } from "../who.ts";

export const eventLoopBlocked = defineRule({
  id: "event-loop-blocked",
  group: "waiting",
  nature: "inside",
  needs: needs([], ["raw_syscalls:sys_enter", "raw_syscalls:sys_exit"]),
  thresholds: { minWaitNs: 20_000_000, minComputeNs: 100_000_000 },
  doc: {
    signature: "The thread that serves the event loop slept, waited or computed instead of returning to its poll.",
    notThis: "A loop that polls and finds nothing to do (framework-polling).",
    sources: ["asyncio: slow_callback_duration", "FastChat#3833"],
    remedies: ["asyncio-debug", "see-what-it-does"],
  },
  claims(segment, context) {
    const loops = context.run.get(eventLoops);
    const isLoop = (thread: Segment["thread"]): boolean => loops.has(thread) && ownerOf(context.run, thread) === "service";
    const waited = segment.via.some(
      (wait) =>
        isLoop(wait.thread) &&
        wait.by === "wake" &&
        !isPollCall(wait.syscall) &&
        wait.class !== "blocked-stopped" &&
        wait.end - wait.begin >= (context.thresholds["minWaitNs"] ?? 0),
    );
    return waited || (segment.class === "running" && isLoop(segment.thread) && computing(context, segment));
  },
  conclude(claimed, { run }) {
    const longest = claimed.reduce<Segment | undefined>(
      (best, segment) => (best === undefined || segment.end - segment.begin > best.end - best.begin ? segment : best),
      undefined,
    );
    const wait = longest?.via.findLast((candidate) => candidate.class !== "blocked-network");
    return {
      witness: wait === undefined || wait.stack.length === 0 ? undefined : true,
      facts: wait?.syscall === undefined ? {} : { syscall: wait.syscall },
      remedies: [advise("asyncio-debug"), ...(longest === undefined ? [] : [seeWhatItDoes(run, wait?.thread ?? longest.thread)])],
    };
  },
});

/** The part of the segment that belongs to a stretch between two polls that is long enough. */
function computing({ run, thresholds }: RuleContext, segment: Segment): number {
  const { slices } = run.timeline.syscalls;
  const enter = run.timeline.trace.tables.get("sys_enter");
  const first = slices.first[segment.thread] as number;
  const last = slices.first[segment.thread + 1] as number;
  const isPoll = (row: number): boolean => {
    const begin = slices.begin[row] as number;
    return begin >= 0 && isPollCall(run.timeline.syscalls.nameOf(enter?.fields["id"]?.[begin] ?? -1));
  };
  // a poll may end inside the segment: what comes before is the wait that it answered
  let before = upperBound(slices.start, segment.end - 1, first, last) - 1;
  while (before >= first && !isPoll(before)) before--;
  let after = lowerBound(slices.start, segment.end, first, last);
  while (after < last && !isPoll(after)) after++;
  const left = before >= first ? (slices.end[before] as number) : run.timeline.trace.begin;
  const back = after < last ? (slices.start[after] as number) : run.timeline.trace.end;
  const stretch = back - left >= (thresholds["minComputeNs"] ?? 0);
  return stretch ? Math.max(0, segment.end - Math.max(segment.begin, left)) / (segment.end - segment.begin) : 0;
}
