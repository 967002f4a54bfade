/** In which order does trace-cmd tell records of one time? By buffer, then by CPU; ours are by CPU, then by buffer. */
import type { OpenedRecording, TraceRecord } from "../../../src/import/importer.ts";

export function* inReportOrder(recording: OpenedRecording): Iterable<TraceRecord> {
  const buffers = (recording.parts?.buffers ?? []).map(({ name }) => name);
  if (buffers.length < 2) {
    yield* recording.records();
    return;
  }
  let group: TraceRecord[] = [];
  for (const record of recording.records()) {
    const copy = copyOf(record);
    if (group[0] !== undefined && group[0].time !== copy.time) {
      yield* sorted(group, buffers);
      group = [];
    }
    group.push(copy);
  }
  yield* sorted(group, buffers);
}

/** Stable: records of one CPU and buffer stay as they are. */
const sorted = (group: TraceRecord[], buffers: readonly string[]): TraceRecord[] =>
  group.length < 2 ? group : group.sort((a, b) => buffers.indexOf(a.buffer) - buffers.indexOf(b.buffer) || a.cpu - b.cpu);

/** The reader reuses its record. */
function copyOf(record: TraceRecord): TraceRecord {
  const { time, cpu, tid, comm, tgid, flags, preemptCount, buffer, system, event, lostBefore } = record;
  const [fields, text, body] = [record.fields(), record.text(), record.body?.()];
  return { time, cpu, tid, comm, tgid, flags, preemptCount, buffer, system, event, lostBefore, fields: () => fields, text: () => text, body: () => body };
}
