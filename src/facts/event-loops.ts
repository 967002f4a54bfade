/** Which threads are event loops? Those that wait in the epoll family: asyncio, libuv, tokio, Go's poller, nginx. */
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
    return new Set([...polls].filter(([, count]) => count >= MIN_POLLS).map(([thread]) => thread));
  },
});
