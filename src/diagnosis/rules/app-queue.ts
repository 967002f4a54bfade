/**
 * Cause: the worker that served the request was still busy with another one when it arrived.
 * Signature: time of a thread B that the path waited for, up to the moment B answered somebody else, when nobody on the
 * path had set B going for this request before, and B answers once more, for us, later.
 * Not this rule: a lock (lock-contention), whose holder does not go on to serve the request; an event loop that is itself
 * busy (event-loop-blocked).
 * Not seen: what several requests ahead of this one took, and jobs that go from thread to thread; only the worker's time up to its first
 * answer is claimed, the rest looks like the service's own computing (docs/lab.md has two such services).
 * Sources: index-tts webui.py (concurrency 1); Gradio queueing.py; src/timeline/messages.ts.
 */
import { upperBound } from "../../base/index.ts";
import { wasSetGoing, type Segment } from "../../critical-path/index.ts";
import { eventLoops } from "../../facts/index.ts";
import type { ThreadIndex } from "../../trace/index.ts";
import { defineRule, needs, type RuleContext } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { ownerOf, wakerOfWait } from "../who.ts";

export const appQueue = defineRule({
  id: "app-queue",
  group: "waiting",
  nature: "outside",
  needs: needs([], ["raw_syscalls:sys_enter", "raw_syscalls:sys_exit"]),
  doc: {
    signature: "The thread that served the request first finished another request.",
    notThis: "A lock (lock-contention); an event loop that is busy itself (event-loop-blocked).",
    sources: ["Gradio: queueing.py", "index-tts#493"],
    remedies: ["more-concurrency"],
  },
  claims(segment, context) {
    const behind = queuedBehind(segment, context);
    if (behind === undefined) return false;
    return (Math.min(segment.end, behind.until) - segment.begin) / (segment.end - segment.begin);
  },
  conclude(claimed, context) {
    const behind = claimed[0] === undefined ? undefined : queuedBehind(claimed[0], context);
    const others = new Set(claimed.map((segment) => queuedBehind(segment, context)?.worker));
    return {
      ...(behind === undefined ? {} : { culprit: behind.worker }),
      witness: undefined,
      facts: { busyWorkers: others.size },
      remedies: [advise("more-concurrency")],
    };
  },
});

interface Behind {
  readonly worker: ThreadIndex;
  readonly until: number;
}

/** The outermost worker of this segment that was still busy for somebody else. */
function queuedBehind(segment: Segment, context: RuleContext): Behind | undefined {
  for (const [index, wait] of segment.via.entries()) {
    if (wait.class === "blocked-lock" || wait.class === "blocked-stopped" || wait.by === "birth" || wait.by === "holder") continue;
    const worker = wakerOfWait(segment, index);
    if (worker <= 0 || worker === wait.thread || ownerOf(context.run, worker) !== "service") continue;
    const until = context.memo(`app-queue:${worker}:${wait.thread}`, () => busyUntil(context, worker, wait.thread));
    if (until !== undefined && segment.begin < until) return { worker, until };
  }
  return undefined;
}

/** When did the worker finish what it was doing for somebody else? undefined when it served this request from the begin. */
function busyUntil({ run, request, onPath }: RuleContext, worker: ThreadIndex, waiter: ThreadIndex): number | undefined {
  const { begin, end } = request.window;
  const { timeline } = run;
  // a loop that is busy itself is blocked, and serves everybody
  if (timeline.trace.threads.row(worker).born >= begin || run.get(eventLoops).has(worker)) return undefined;
  const answers = [...timeline.messages.times(worker, waiter), ...timeline.messages.answersOf(worker)].sort((a, b) => a - b);
  const first = answers[upperBound(answers, begin)];
  const last = answers[upperBound(answers, end) - 1];
  if (first === undefined || last === undefined || last <= first) return undefined;
  return wasSetGoing(timeline, begin, worker, onPath, first) ? undefined : first;
}
