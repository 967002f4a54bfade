/**
 * Cause: the service wrote log lines faster than their reader took them, and waited.
 * Signature: a wait of the service inside a write to descriptor 1 or 2, a pipe or a socket, whatever the reader did meanwhile.
 * Not this rule: a slow response body (the client reads that), a file on a slow disk (block-io).
 * Sources: coreos bugs 990, cri-o 6743, moby 22502; pipe(7).
 */
import type { Segment, Wait } from "../../critical-path/index.ts";
import { defineRule, needs, type RuleContext } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { hasName, JOURNALD, ownerOf } from "../who.ts";

const WRITES = new Set(["write", "writev", "sendto", "sendmsg"]);
const PIPE_OR_SOCKET = /^(pipe_write|anon_pipe_write|unix_stream_sendmsg|unix_dgram_sendmsg|sock_alloc_send|sock_wait_for_wmem)/;

export const logBackpressure = defineRule({
  id: "log-backpressure",
  group: "storage",
  nature: "outside",
  needs: needs([], ["raw_syscalls:sys_enter", "raw_syscalls:sys_exit"]),
  optional: { wide: [], deep: [], stacks: true },
  doc: {
    signature: "A thread of the service waited inside a write to its standard output or error.",
    notThis: "A client that reads slowly; a log file on a slow disk (block-io).",
    sources: ["pipe(7)", "coreos/bugs#990", "moby#22502"],
    remedies: ["log-nonblocking", "journald-volatile"],
  },
  claims: (segment, context) => logWait(segment, context) !== undefined,
  conclude(claimed, context) {
    const wait = claimed[0] === undefined ? undefined : logWait(claimed[0], context);
    const target = wait === undefined ? undefined : context.run.descriptors[`${context.run.timeline.trace.threads.row(wait.thread).pid}/${wait.fd}`];
    return {
      witness: wait === undefined || wait.stack.length === 0 ? undefined : wait.stack.some((name) => PIPE_OR_SOCKET.test(name)),
      facts: { ...(wait?.fd === undefined ? {} : { descriptor: wait.fd }), ...(target === undefined ? {} : { target }) },
      remedies: [advise("log-nonblocking"), ...(claimed.some(({ thread }) => hasName(context.run, thread, JOURNALD)) ? [advise("journald-volatile")] : [])],
    };
  },
});

function logWait(segment: Segment, { run }: RuleContext): Wait | undefined {
  if (segment.class === "runnable") return undefined;
  return segment.via.find(
    (wait) =>
      ownerOf(run, wait.thread) === "service" &&
      WRITES.has(wait.syscall ?? "") &&
      (wait.fd === 1 || wait.fd === 2) &&
      (wait.class === "blocked-pipe" || wait.class === "blocked-network" || wait.class === "blocked-other"),
  );
}
