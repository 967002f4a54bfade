/** Between which times may something have happened that the recording does not show? Where events were lost, and where they were not read. */
import { upperBound } from "../base/index.ts";
import type { Trace } from "../trace/index.ts";

export interface BlindSpots {
  /** True when part of [from, to] was not seen on this CPU; `undefined` = on any. */
  between(cpu: number | undefined, from: number, to: number): boolean;
}

export function findBlindSpots(trace: Trace): BlindSpots {
  const all: [from: number, to: number][] = trace.unread.map(({ from, to }) => [from, to]);
  const perCpu = new Map<number, [number, number][]>();
  for (const lost of trace.lost) {
    if (lost.buffer !== "") continue;
    const list = perCpu.get(lost.cpu) ?? trace.unread.map(({ from, to }): [number, number] => [from, to]);
    perCpu.set(lost.cpu, list);
    list.push([lost.from, lost.to]);
    all.push([lost.from, lost.to]);
  }
  const everywhere = indexOf(trace.unread.map(({ from, to }): [number, number] => [from, to]));
  const anywhere = indexOf(all);
  const indexes = new Map([...perCpu].map(([cpu, list]) => [cpu, indexOf(list)]));
  return {
    between: (cpu, from, to) => touches(cpu === undefined ? anywhere : (indexes.get(cpu) ?? everywhere), from, to),
  };
}

/** Sorted by begin; `until` is the latest end up to there. */
interface SpanIndex {
  readonly from: Float64Array;
  readonly until: Float64Array;
}

function indexOf(spans: readonly (readonly [number, number])[]): SpanIndex {
  const sorted = [...spans].sort((a, b) => a[0] - b[0]);
  let latest = Number.NEGATIVE_INFINITY;
  return { from: Float64Array.from(sorted, ([from]) => from), until: Float64Array.from(sorted, ([, to]) => (latest = Math.max(latest, to))) };
}

function touches({ from: begins, until }: SpanIndex, from: number, to: number): boolean {
  const last = upperBound(begins, to) - 1;
  return last >= 0 && (until[last] as number) >= from;
}
