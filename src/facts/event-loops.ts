/**
 * Which threads are event loops that serve others? Those that wait in the epoll family (asyncio, libuv, tokio, nginx)
 * and are woken there by the network. A worker thread with a loop of its own, as Node's have, computes by design.
 */
import type { ThreadIndex } from "../trace/index.ts";
import { defineFact } from "./run.ts";

/** One wait may be a client's time-out; a loop comes back to its poll again and again. */
const MIN_POLLS = 3;
const EPOLL = new Set(["epoll_wait", "epoll_pwait", "epoll_pwait2"]);

export const eventLoops = defineFact<ReadonlySet<ThreadIndex>>({
  id: "event-loops",
  compute({ timeline }) {
    const table = timeline.trace.tables.get("sys_enter");
    const polls = new Map<ThreadIndex, number>();
    for (let row = 0; row < (table?.length ?? 0); row++) {
      if (!EPOLL.has(timeline.syscalls.nameOf(table?.fields["id"]?.[row] ?? -1))) continue;
      const thread = timeline.trace.threads.at(table?.tid[row] as number, table?.time[row] as number);
      polls.set(thread, (polls.get(thread) ?? 0) + 1);
    }
    const served = new Set<ThreadIndex>();
    for (let edge = 0; edge < timeline.wakes.length; edge++) {
      const wakee = timeline.wakes.wakeeOf(edge);
      if (served.has(wakee) || (polls.get(wakee) ?? 0) < MIN_POLLS) continue;
      const waker = timeline.wakerOf(edge);
      if ((waker.kind === "thread" && waker.network) || (waker.kind === "softirq" && waker.name.startsWith("NET_"))) served.add(wakee);
    }
    return served;
  },
});
