/**
 * How does a recording look as one JSON object per line? `{"time":..,"cpu":..,"tid":..,"comm":..,"event":..,"fields":{..}}`.
 * `time` is ns on the trace clock. Integers that a double cannot hold are decimal strings, so that no reader rounds them.
 * `system`, `tgid`, `buffer` and `lost` (events lost right before; -1 = some) are there when they say something.
 */
import { safeJson } from "./json-text.ts";
import type { FieldValue, OpenedRecording, TraceRecord } from "./recording.ts";

export function* ndjsonLines(recording: Pick<OpenedRecording, "records">): Generator<string> {
  for (const record of recording.records()) yield ndjsonLine(record);
}

export function ndjsonLine(record: TraceRecord): string {
  // a format may name two fields alike, or `__proto__`: pairs are written as they come
  const fields = record
    .fields()
    .map(([name, value]) => `${JSON.stringify(name)}:${valueText(value)}`)
    .join(",");
  const { time, system, tgid, buffer, lostBefore } = record;
  const parts = [
    `"time":${valueText(time <= MAX_SAFE && time >= -MAX_SAFE ? Number(time) : time)}`,
    `"cpu":${record.cpu}`,
    `"tid":${record.tid}`,
    ...(tgid < 0 ? [] : [`"tgid":${tgid}`]),
    `"comm":${JSON.stringify(record.comm)}`,
    ...(system === "" ? [] : [`"system":${JSON.stringify(system)}`]),
    `"event":${JSON.stringify(record.event)}`,
    ...(buffer === "" ? [] : [`"buffer":${JSON.stringify(buffer)}`]),
    ...(lostBefore === 0 ? [] : [`"lost":${lostBefore}`]),
    `"fields":{${fields}}`,
  ];
  return safeJson(`{${parts.join(",")}}\n`);
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

function valueText(value: FieldValue): string {
  if (typeof value === "bigint") return `"${value}"`;
  if (typeof value === "object") return `[${value.map(valueText).join(",")}]`;
  return JSON.stringify(value);
}
