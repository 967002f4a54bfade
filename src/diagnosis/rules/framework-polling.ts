/**
 * Cause: the service's framework looks for results on a timer instead of being told.
 * Signature: poll waits of the service ended by their own time-out, in which none of its workers was busy for it.
 * Not this rule: a poll while a worker computes: that time is the worker's (the walk charges it there).
 * Sources: gradio/queueing.py (50 ms in 5.x, 1 ms since 6.0), PR 12556; Triton max_queue_delay.
 */
import type { Segment } from "../../critical-path/index.ts";
import { isPollCall } from "../../timeline/index.ts";
import { defineRule, needs } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { ownerOf } from "../who.ts";

export const frameworkPolling = defineRule({
  id: "framework-polling",
  group: "waiting",
  nature: "inside",
  needs: needs([], ["raw_syscalls:sys_enter", "raw_syscalls:sys_exit"]),
  doc: {
    signature: "The event loop slept until its next poll although nothing was left to wait for.",
    notThis: "Polls while a worker computes, which is the worker's time.",
    sources: ["gradio: queueing.py", "gradio#12556"],
    remedies: ["newer-gradio"],
  },
  claims: (segment, { run }) => segment.culprit.kind === "timer" && ownerOf(run, segment.thread) === "service" && isPollWait(segment),
  conclude: (claimed) => ({ witness: undefined, facts: { polls: claimed.length }, remedies: [advise("newer-gradio")] }),
});

/** The wait that the segment itself is: the innermost one. */
export function isPollWait(segment: Segment): boolean {
  const wait = segment.via.at(-1);
  return wait !== undefined && (isPollCall(wait.syscall) || wait.stack.some((name) => /^(ep_poll|do_epoll_wait|do_poll|do_select)/.test(name)));
}
