/** A record of anybody's. */
import type { FieldValue, TraceRecord } from "./recording.ts";

export function recordOf(
  change: Partial<Omit<TraceRecord, "fields" | "text" | "body">> & { fields?: readonly (readonly [string, FieldValue])[]; text?: string; body?: string },
): TraceRecord {
  const { fields = [], text = "", body, ...rest } = change;
  return {
    time: 1_000_123_456_789n,
    cpu: 0,
    tid: 42,
    comm: "bash",
    tgid: -1,
    flags: 0,
    preemptCount: 0,
    buffer: "",
    system: "sched",
    event: "sched_waking",
    lostBefore: 0,
    ...rest,
    fields: () => fields,
    text: () => text,
    ...(body === undefined ? {} : { body: () => body }),
  };
}
