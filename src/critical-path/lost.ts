/** When and where are events missing? Merged per CPU, main buffer only: the deep buffer's losses cost detail, not truth. */
import type { Trace } from "../trace/index.ts";

export interface LostIndex {
  readonly perCpu: ReadonlyMap<number, readonly (readonly [number, number])[]>;
  readonly all: readonly (readonly [number, number])[];
}

export function buildLostIndex(trace: Trace): LostIndex {
  const perCpu = new Map<number, [number, number][]>();
  const all: [number, number][] = [];
  for (const lost of trace.lost) {
    if (lost.buffer !== "") continue;
    const list = perCpu.get(lost.cpu) ?? [];
    perCpu.set(lost.cpu, list);
    list.push([lost.from, lost.to]);
    all.push([lost.from, lost.to]);
  }
  return { perCpu: new Map([...perCpu].map(([cpu, list]) => [cpu, merge(list)])), all: merge(all) };
}

function merge(list: readonly (readonly [number, number])[]): [number, number][] {
  const merged: [number, number][] = [];
  for (const [from, to] of [...list].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else if (to > from) merged.push([from, to]);
  }
  return merged;
}

const NOTHING: readonly (readonly [number, number])[] = [];

/** Lost stretches inside [begin, end), clipped; `cpu` undefined = on any CPU. */
export function lostIn(index: LostIndex, cpu: number | undefined, begin: number, end: number): readonly (readonly [number, number])[] {
  const list = cpu === undefined ? index.all : (index.perCpu.get(cpu) ?? NOTHING);
  if (list.length === 0) return NOTHING;
  return list.filter(([from, to]) => from < end && to > begin).map(([from, to]) => [Math.max(from, begin), Math.min(to, end)] as const);
}
