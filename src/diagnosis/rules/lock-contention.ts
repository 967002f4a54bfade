/**
 * Cause: a thread on the path waited for a lock that another thread held on its own account.
 * Signature: a lock wait (futex, flock, kernel mutex) ended by a thread that nobody on the path had set going inside
 * the request; whatever the holder did meanwhile (compute, sleep) is the cost.
 * Not this rule: a wait for work that was given away (the worker was woken for it: src/critical-path/hand-off.ts); a holder that
 * itself was kept from running (that cause is named instead); a GIL hand-over (gil-convoy).
 * Sources: futex(2); reference case of a sibling that holds a threading.Lock while it sleeps.
 */
import { wasSetGoing, type Segment, type Wait } from "../../critical-path/index.ts";
import { defineRule, needs, type RuleContext } from "../define-rule.ts";
import { ownerOf, seeWhatItDoes, wakerOfWait } from "../who.ts";

export const lockContention = defineRule({
  id: "lock-contention",
  group: "waiting",
  nature: "outside",
  needs: needs([], ["raw_syscalls:sys_enter", "raw_syscalls:sys_exit"]),
  optional: { wide: [], deep: [], stacks: true },
  doc: {
    signature: "A thread of the request waited for a lock; its holder was busy on its own account, not with this request.",
    notThis: "Waiting for a result of work that was handed over; hand-overs of the Python GIL (gil-convoy).",
    sources: ["futex(2)"],
    remedies: ["see-what-it-does"],
  },
  claims: (segment, context) => heldLock(segment, context) !== undefined,
  conclude(claimed, context) {
    const first = claimed[0];
    const wait = first === undefined ? undefined : heldLock(first, context);
    const holder = mainHolder(claimed, context);
    return {
      ...(holder === undefined ? {} : { culprit: holder }),
      witness: wait === undefined ? undefined : wait.stack.length > 0 ? wait.stack.some((name) => /futex|mutex|lock|rwsem/.test(name)) : undefined,
      facts:
        wait === undefined
          ? {}
          : {
              waits: new Set(claimed.map((segment) => heldLock(segment, context))).size,
              ...(wait.lock === undefined ? {} : { lock: `0x${wait.lock.toString(16)}` }),
            },
      remedies: holder === undefined || holder <= 0 ? [] : [seeWhatItDoes(context.run, holder)],
    };
  },
});

/** The thread that held the lock, or locks, for most of the time. */
function mainHolder(claimed: readonly Segment[], context: RuleContext): Segment["thread"] | undefined {
  const held = new Map<Segment["thread"], number>();
  for (const segment of claimed) {
    const wait = heldLock(segment, context);
    if (wait === undefined) continue;
    const holder = wakerOfWait(segment, segment.via.indexOf(wait));
    held.set(holder, (held.get(holder) ?? 0) + segment.end - segment.begin);
  }
  return [...held].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** The outermost lock wait of the segment whose holder acted on its own account. */
export function heldLock(segment: Segment, context: RuleContext): Wait | undefined {
  return segment.via.find((wait, index) => {
    if (wait.class !== "blocked-lock" || wait.by !== "wake" || ownerOf(context.run, wait.thread) === "client") return false;
    const holder = wakerOfWait(segment, index);
    if (holder === wait.thread) return false;
    return !context.memo(`lock-contention:${holder}:${wait.end}`, () =>
      wasSetGoing(context.run.timeline, context.request.window.begin, holder, context.onPath, wait.end),
    );
  });
}
