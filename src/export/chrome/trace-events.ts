/** What does an event of Chrome's trace format look like? One line each; times in microseconds with the ns behind the point. */
import { jsonText } from "../json-text.ts";
import type { Detail } from "../labels.ts";
import { microseconds } from "../stamps.ts";
import type { NsValue } from "../../result/index.ts";

/** Where an event is drawn: the format knows processes and threads only. */
export interface Lane {
  readonly pid: number;
  readonly tid: number;
}

export interface Complete {
  readonly name: string;
  readonly category: string;
  readonly begin: NsValue;
  readonly durationNs: number;
  readonly details?: readonly Detail[];
}

export function completeEvent({ pid, tid }: Lane, { name, category, begin, durationNs, details }: Complete): string {
  const args = details === undefined ? "" : `,"args":${jsonText(Object.fromEntries(details))}`;
  return `{"ph":"X","pid":${pid},"tid":${tid},"ts":${microseconds(begin)},"dur":${microseconds(durationNs)},"cat":${jsonText(category)},"name":${jsonText(name)}${args}}`;
}

/** `s` starts an arrow in the slice around it, `f` ends it in the slice around it, not in the next one. */
export function flowEvent({ pid, tid }: Lane, end: "s" | "f", id: number, at: NsValue): string {
  return `{"ph":"${end}","pid":${pid},"tid":${tid},"ts":${microseconds(at)},"id":${id},"cat":"critical-path","name":"wake"${end === "f" ? ',"bp":"e"' : ""}}`;
}

export function* processEvents(pid: number, name: string, rank: number): Generator<string> {
  yield `{"ph":"M","pid":${pid},"tid":0,"name":"process_name","args":{"name":${jsonText(name)}}}`;
  yield `{"ph":"M","pid":${pid},"tid":0,"name":"process_sort_index","args":{"sort_index":${rank}}}`;
}

export const laneEvent = ({ pid, tid }: Lane, name: string): string =>
  `{"ph":"M","pid":${pid},"tid":${tid},"name":"thread_name","args":{"name":${jsonText(name)}}}`;
