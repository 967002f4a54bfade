/** Why did a thread want to run just then? One step up from whoever held a CPU: woken, forked, or given work by whom. */
import { upperBound } from "../base/index.ts";
import type { ThreadIndex } from "../trace/index.ts";
import type { Run } from "./run.ts";

export interface Origin {
  readonly how: "woken" | "forked" | "queued";
  /** a thread as `comm/tid`, or what the kernel calls it: a timer's function, a device, an interrupt */
  readonly by: string;
}

/** undefined when it had been running since before the recording, or the wake was not recorded. */
export function originOf({ timeline }: Run, thread: ThreadIndex, time: number): Origin | undefined {
  const { trace, states } = timeline;
  const name = (other: ThreadIndex): string => {
    const { comm, tid } = trace.threads.row(other);
    return `${comm}/${tid}`;
  };
  const queued = timeline.workItems.at(thread, time)?.queued;
  if (queued !== undefined) return { how: "queued", by: queued.by > 0 ? name(queued.by) : "a timer or interrupt" };
  const rows = states.of(thread);
  const at = Math.min(upperBound(rows.start, time) - 1, rows.length - 1);
  for (let row = at; row >= 0; row--) {
    const edge = rows.wake[row] as number;
    if (edge < 0) continue;
    const waker = timeline.wakerOf(edge);
    switch (waker.kind) {
      case "thread":
        return waker.thread > 0 ? { how: trace.threads.row(thread).born === rows.end[row] ? "forked" : "woken", by: name(waker.thread) } : undefined;
      case "timer":
        return { how: "woken", by: waker.fn === undefined ? "a timer" : `timer ${waker.fn}` };
      case "block":
        return { how: "woken", by: "a disk" };
      case "hardirq":
      case "softirq":
        return { how: "woken", by: `${waker.kind} ${waker.name}` };
      default:
        return undefined;
    }
  }
  const { parent, born } = trace.threads.row(thread);
  return born > trace.begin && parent > 0 ? { how: "forked", by: name(parent) } : undefined;
}
