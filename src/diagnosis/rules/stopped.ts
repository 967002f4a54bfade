/**
 * Cause: a process on the path was stopped (SIGSTOP, SIGTSTP, a debugger, the freezer).
 * Signature: a thread on the path left the CPU in state T or t. Second witness: the signal itself (signal_generate 19, 20).
 * Not this rule: a throttled group, whose threads stay runnable (cfs-quota); another process that was stopped, such as the
 * reader of the log (log-backpressure) or a service behind this one (upstream-dependency).
 * Sources: signal(7), ptrace(2), Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst.
 */
import type { ThreadIndex } from "../../trace/index.ts";
import { defineRule, needs } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { ownerOf } from "../who.ts";

const FREEZER = /^(do_freezer_trap|__refrigerator|cgroup_enter_frozen)/;

export const stopped = defineRule({
  id: "stopped",
  group: "waiting",
  nature: "outside",
  needs: needs([]),
  optional: { wide: ["signal:signal_generate"], deep: [], stacks: true },
  doc: {
    signature: "A thread of the request was in the stopped or traced state.",
    notThis: "A throttled cgroup, whose threads stay runnable (cfs-quota).",
    sources: ["signal(7)", "ptrace(2)"],
    remedies: ["continue"],
  },
  classes: ["blocked-stopped"],
  // somebody else who was stopped made the service wait for something: that is the cause, and he is its culprit
  claims: (segment, { run }) => ["service", "unknown"].includes(ownerOf(run, segment.thread)),
  conclude(claimed, { run }) {
    const trace = run.timeline.trace;
    const thread = claimed[0]?.thread;
    const row = thread === undefined ? undefined : trace.threads.row(thread);
    const signals = trace.tables.get("signal_generate");
    let sender: ThreadIndex | undefined;
    for (let at = 0; at < (signals?.length ?? 0); at++) {
      const sig = signals?.fields["sig"]?.[at] ?? 0;
      if ((sig === 19 || sig === 20) && (signals?.fields["pid"]?.[at] ?? 0) === row?.pid && (signals?.time[at] as number) <= (claimed[0]?.begin ?? 0))
        sender = trace.threads.at(signals?.tid[at] as number, signals?.time[at] as number);
    }
    return {
      // the freezer sends no signal, but leaves its function in the stack
      witness: sender !== undefined || claimed.some(({ via }) => via.at(-1)?.stack.some((name) => FREEZER.test(name))) || undefined,
      ...(sender === undefined || sender < 0 ? {} : { culprit: sender }),
      facts: sender === undefined || sender < 0 ? {} : { stoppedBy: trace.threads.row(sender).comm },
      remedies: row === undefined ? [] : [advise("continue", { stopped: row.pid >= 0 ? row.pid : row.tid })],
    };
  },
});
