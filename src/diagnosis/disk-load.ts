/** For whom was the disk busy while the request waited for it? Requests in flight, traced back to whoever had them written. */
import type { Segment } from "../critical-path/index.ts";
import type { Run } from "../facts/index.ts";
import type { BlockRequest } from "../timeline/index.ts";
import type { ThreadIndex } from "../trace/index.ts";
import { ownerOf } from "./who.ts";

export interface DiskLoad {
  readonly thread: ThreadIndex;
  /** as `comm/tid` */
  readonly name: string;
  /** the part of the waits in which a request of its was in flight, 0 to 1 */
  readonly share: number;
}

/** The thread outside the service that kept the disks busy for most of these waits; undefined when nobody did for half of them. */
export function busiestStranger(run: Run, claimed: readonly Segment[]): DiskLoad | undefined {
  const waits = claimed.filter(({ class: kind }) => kind !== "runnable" && kind !== "running");
  const total = waits.reduce((sum, { begin, end }) => sum + end - begin, 0);
  const first = waits.reduce((least, { begin }) => Math.min(least, begin), Number.POSITIVE_INFINITY);
  const last = waits.reduce((most, { end }) => Math.max(most, end), 0);
  const flights = new Map<ThreadIndex, [begin: number, end: number][]>();
  for (const request of run.timeline.blockIo.requests) {
    if (request.completed <= first || request.issued >= last) continue;
    const origin = originOfRequest(run, request);
    if (origin <= 0 || ownerOf(run, origin) === "service") continue;
    const list = flights.get(origin);
    if (list) list.push([request.issued, request.completed]);
    else flights.set(origin, [[request.issued, request.completed]]);
  }
  let best: DiskLoad | undefined;
  for (const [thread, parts] of flights) {
    const share = total === 0 ? 0 : overlapOf(parts, waits) / total;
    const { comm, tid, isKernel } = run.timeline.trace.threads.row(thread);
    // a journal's thread or a flusher without a known client is the kernel at its own work, not somebody to name
    if (!isKernel && share >= 0.5 && share > (best?.share ?? 0)) best = { thread, name: `${comm}/${tid}`, share };
  }
  return best;
}

/** Who had it written: the thread that queued the work, when a worker issued it. */
function originOfRequest({ timeline }: Run, { issuedBy, issued }: BlockRequest): ThreadIndex {
  const issuer = timeline.trace.threads.at(issuedBy, issued);
  return timeline.workItems.at(issuer, issued)?.queued?.by ?? issuer;
}

/** ns of the waits covered by these parts, which may overlap each other. */
function overlapOf(parts: [number, number][], waits: readonly Segment[]): number {
  parts.sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of parts) {
    const previous = merged.at(-1);
    if (previous !== undefined && from <= previous[1]) previous[1] = Math.max(previous[1], to);
    else merged.push([from, to]);
  }
  let sum = 0;
  for (const { begin, end } of waits) for (const [from, to] of merged) sum += Math.max(0, Math.min(end, to) - Math.max(begin, from));
  return sum;
}
