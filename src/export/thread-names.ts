/** What was each task called, for who goes through a recording in order of time? */
import { IDLE_THREAD, type Trace } from "../trace/index.ts";

export interface NameCursor {
  /** Empty for a task that nothing names. Times must not go back from call to call. */
  nameOf(tid: number, time: number, cpu: number): string;
}

export function createNameCursor({ threadNames, threads, strings }: Pick<Trace, "threadNames" | "threads" | "strings">): NameCursor {
  const names = new Map<number, number>();
  let next = 0;
  return {
    nameOf(tid, time, cpu) {
      while (next < threadNames.length && (threadNames.time[next] as number) <= time) {
        names.set(threadNames.tid[next] as number, threadNames.name[next] as number);
        next++;
      }
      // the one task that every CPU has; the model keeps it as one thread
      if (tid === IDLE_THREAD) return `swapper/${cpu}`;
      const known = names.get(tid);
      if (known !== undefined) return strings.get(known);
      const thread = threads.at(tid, time);
      return thread < 0 ? "" : threads.row(thread).comm;
    },
  };
}
