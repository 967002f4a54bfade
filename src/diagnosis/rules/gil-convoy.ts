/**
 * Cause: Python threads of the service took turns with the global interpreter lock.
 * Signature: a thread on the path waits for one lock in waits of about 5 ms that its own timer ends, again and again. All of
 * it counts: the waits, whoever ran meanwhile, and the time between two of them in which the thread that has the lock
 * also has the CPU.
 * Not this rule: one timed wait (app-sleep), a lock wait ended by its holder (lock-contention), a lock that the thread has
 * which works for this very request.
 * Threshold: CPython's switch interval is 5 ms (sys.getswitchinterval()); three waits are more than chance. Measured with
 * a pure-Python thread beside a worker on one CPU: waits of 5.05 to 5.3 ms, followed by up to 5 ms in the run queue.
 * Sources: Python/ceval_gil.c; vllm 14538, 4806.
 */
import { upperBound } from "../../base/index.ts";
import { wasSetGoing, type Segment } from "../../critical-path/index.ts";
import { STATE } from "../../timeline/index.ts";
import type { ThreadIndex } from "../../trace/index.ts";
import { defineRule, needs, type RuleContext } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { ownerOf, seeWhatItDoes, wakerOfWait } from "../who.ts";

const MIN_GIL_WAIT_NS = 4_500_000;
const MAX_GIL_WAIT_NS = 6_000_000;
const MIN_WAITS = 3;

export const gilConvoy = defineRule({
  id: "gil-convoy",
  group: "waiting",
  nature: "inside",
  needs: needs([], ["raw_syscalls:sys_enter", "raw_syscalls:sys_exit"]),
  doc: {
    signature: "Waits of 5 ms on one lock, ended by their own timer, again and again, while another thread of the same process ran.",
    notThis: "A single timed wait (app-sleep); a lock released by its holder (lock-contention).",
    sources: ["CPython: Python/ceval_gil.c", "vllm#14538"],
    remedies: ["switch-interval", "see-what-it-does"],
  },
  claims(segment, context) {
    const waits = gilWaits(context);
    if (waits.size < MIN_WAITS) return false;
    if (segment.via.some((wait, index) => waits.has(`${wait.thread}:${wait.end}`) && isForeign(segment, index, context))) return true;
    return segment.class === "runnable" && segment.culprit.kind === "self" && followsGilWait(segment, context);
  },
  conclude(claimed, context) {
    const holder = holderOf(claimed);
    return {
      witness: undefined,
      ...(holder === undefined ? {} : { culprit: holder }),
      facts: { waits: gilWaits(context).size },
      remedies: [advise("switch-interval"), ...(holder === undefined ? [] : [seeWhatItDoes(context.run, holder)])],
    };
  },
});

/** Waits of the path that look like a turn: by thread and end. */
const gilWaits = (context: RuleContext): ReadonlySet<string> =>
  context.memo("gil-convoy:waits", () => {
    const found = new Set<string>();
    for (const { via } of context.request.segments) {
      for (const wait of via) if (wait.class === "blocked-lock" && isTurn(wait.thread, wait.begin, context)) found.add(`${wait.thread}:${wait.end}`);
    }
    return found;
  });

/** Did the thread sleep on a futex for a switch interval, until its own timer? `begin` is the begin of that state. */
function isTurn(thread: ThreadIndex, begin: number, { run }: RuleContext): boolean {
  const { states, syscalls, wakerOf } = run.timeline;
  if (ownerOf(run, thread) !== "service") return false;
  const rows = states.of(thread);
  const row = upperBound(rows.start, begin) - 1;
  if (row < 0 || rows.state[row] !== STATE.sleeping) return false;
  const length = (rows.end[row] as number) - (rows.start[row] as number);
  const edge = rows.wake[row] as number;
  if (length < MIN_GIL_WAIT_NS || length > MAX_GIL_WAIT_NS || edge < 0 || wakerOf(edge).kind !== "timer") return false;
  return syscalls.at(thread, rows.start[row] as number)?.name === "futex";
}

/** Not the turn of a thread that this request had set going: that one's work is what the request is waiting for. */
function isForeign(segment: Segment, index: number, { run, request, onPath, memo }: RuleContext): boolean {
  const wait = segment.via[index];
  const holder = wakerOfWait(segment, index);
  if (wait === undefined || holder === wait.thread) return true;
  return !memo(`gil-convoy:${holder}:${wait.end}`, () => wasSetGoing(run.timeline, request.window.begin, holder, onPath, wait.end));
}

/** In the run queue, straight after such a wait: the thread that has the lock has the CPU too. */
function followsGilWait({ thread, begin }: Segment, context: RuleContext): boolean {
  const rows = context.run.timeline.states.of(thread);
  const row = upperBound(rows.start, begin) - 1;
  return row > 0 && isTurn(thread, rows.start[row - 1] as number, context);
}

/** The thread that ran, or had the CPU, for most of it. */
function holderOf(claimed: readonly Segment[]): ThreadIndex | undefined {
  const ran = new Map<ThreadIndex, number>();
  for (const segment of claimed) {
    const holder = segment.class === "runnable" ? segment.culprit.thread : segment.class === "running" ? segment.thread : undefined;
    if (holder !== undefined) ran.set(holder, (ran.get(holder) ?? 0) + segment.end - segment.begin);
  }
  return [...ran].sort((a, b) => b[1] - a[1])[0]?.[0];
}
