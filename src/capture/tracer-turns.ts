/** Which tracers run with which request? Of a family one can run at a time, so its members take turns, request by request. Pure. */
import { tracerFamily, type LatencyTracer } from "../linux/index.ts";

/** Request i is watched by turn i modulo their number. */
export function turnsOf(tracers: readonly LatencyTracer[]): readonly (readonly LatencyTracer[])[] {
  const families = new Map<string, LatencyTracer[]>();
  for (const tracer of new Set(tracers)) families.set(tracerFamily(tracer), [...(families.get(tracerFamily(tracer)) ?? []), tracer]);
  const turns = Math.max(0, ...[...families.values()].map(({ length }) => length));
  return Array.from({ length: turns }, (_, turn) => [...families.values()].map((members) => members[turn % members.length] as LatencyTracer));
}
