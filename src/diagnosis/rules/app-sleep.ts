/**
 * Cause: the service slept because its own code asked for it.
 * Signature: waits of the service ended by a timer it had set: nanosleep, a timed lock wait.
 * Not this rule: polls with a time-out (framework-polling), sleeps on the event loop's thread (event-loop-blocked).
 * Sources: clock_nanosleep(2).
 */
import { defineRule, needs } from "../define-rule.ts";
import { ownerOf, seeWhatItDoes } from "../who.ts";
import { isPollWait } from "./framework-polling.ts";

export const appSleep = defineRule({
  id: "app-sleep",
  group: "waiting",
  nature: "inside",
  needs: needs([]),
  optional: { wide: ["timer:hrtimer_expire_entry", "timer:hrtimer_expire_exit"], deep: ["raw_syscalls:sys_enter", "raw_syscalls:sys_exit"], stacks: true },
  doc: {
    signature: "A thread of the service slept until a timer it had set itself.",
    notThis: "A poll with a time-out (framework-polling); a sleep on the event loop's thread (event-loop-blocked).",
    sources: ["clock_nanosleep(2)"],
    remedies: ["see-what-it-does"],
  },
  claims: (segment, { run }) => segment.culprit.kind === "timer" && ownerOf(run, segment.thread) === "service" && !isPollWait(segment),
  conclude(claimed, { run }) {
    const wait = claimed[0]?.via.at(-1);
    return {
      witness: wait === undefined || wait.stack.length === 0 ? undefined : wait.stack.some((name) => /sleep/.test(name)) || undefined,
      facts: { sleeps: claimed.length, ...(wait?.syscall === undefined ? {} : { syscall: wait.syscall }) },
      remedies: claimed[0] === undefined ? [] : [seeWhatItDoes(run, claimed[0].thread)],
    };
  },
});
