/** Which block requests were in flight? Queueing, issue and completion are matched by (dev, sector). */
import type { Trace } from "../trace/index.ts";

export interface BlockRequest {
  readonly dev: number;
  readonly sector: number;
  readonly sectors: number;
  /** R, W, F(lush), S(ync) ... as the kernel writes it */
  readonly rwbs: string;
  /** tid */
  readonly issuedBy: number;
  /** when its first bio was submitted, where that was recorded: before the scheduler, a throttle or a full queue held it */
  readonly queued: number | undefined;
  readonly issued: number;
  readonly completed: number;
  /** row of block_rq_complete */
  readonly row: number;
}

export interface BlockIo {
  /** by completion time */
  readonly requests: readonly BlockRequest[];
  readonly completedAt: Float64Array;
}

export function buildBlockIo(trace: Trace): BlockIo {
  const issue = trace.tables.get("block_rq_issue");
  const complete = trace.tables.get("block_rq_complete");
  if (issue === undefined || complete === undefined) return { requests: [], completedAt: new Float64Array() };
  const open = new Map<string, number>();
  const queue = trace.tables.get("block_bio_queue");
  const waiting = new Map<string, number>();
  let nextQueued = 0;
  const requests: BlockRequest[] = [];
  const key = (dev: number, sector: number): string => `${dev}:${sector}`;
  let next = 0;
  for (let row = 0; row < complete.length; row++) {
    const time = complete.time[row] as number;
    while (next < issue.length && (issue.time[next] as number) <= time) {
      const issueTime = issue.time[next] as number;
      for (; queue !== undefined && nextQueued < queue.length && (queue.time[nextQueued] as number) <= issueTime; nextQueued++)
        waiting.set(key(queue.fields["dev"]?.[nextQueued] ?? 0, queue.fields["sector"]?.[nextQueued] ?? 0), queue.time[nextQueued] as number);
      open.set(key(issue.fields["dev"]?.[next] ?? 0, issue.fields["sector"]?.[next] ?? 0), next);
      next++;
    }
    const dev = complete.fields["dev"]?.[row] ?? 0;
    const sector = complete.fields["sector"]?.[row] ?? 0;
    const issued = open.get(key(dev, sector));
    if (issued === undefined) continue;
    open.delete(key(dev, sector));
    const queued = waiting.get(key(dev, sector));
    waiting.delete(key(dev, sector));
    requests.push({
      dev,
      sector,
      sectors: issue.fields["nr_sector"]?.[issued] ?? 0,
      rwbs: trace.strings.get(issue.fields["rwbs"]?.[issued] ?? 0),
      issuedBy: issue.tid[issued] as number,
      queued: queued === undefined || queued > (issue.time[issued] as number) ? undefined : queued,
      issued: issue.time[issued] as number,
      completed: time,
      row,
    });
  }
  return { requests, completedAt: Float64Array.from(requests, (request) => request.completed) };
}
