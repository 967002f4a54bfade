/** What the timeline shows, apart from how it is painted: rows in their order, the path on each, whom a name finds. */
import type { Drawing } from "../../../drawing/index.ts";
import { nsBetween, type PathClass, type RequestResult, type RunResult } from "../../../result/index.ts";
import { bandsOf, type Bands } from "../bands.ts";
import { lanesOf, ON_CPU, type Lanes } from "../lanes.ts";
import { CLASS_COLORS } from "./colors.ts";

export type Row = { readonly kind: "path" } | { readonly kind: "cpu"; readonly cpu: number } | { readonly kind: "thread"; readonly thread: number };

/** One piece of the path in the drawing's time. */
export interface PathPiece {
  readonly begin: number;
  readonly end: number;
  /** index into the drawing's threads, -1 when it was never drawn */
  readonly thread: number;
  readonly cpu: number | undefined;
  readonly class: PathClass;
  /** index into the request's path */
  readonly entry: number;
}

export interface TimelineModel {
  readonly drawing: Drawing;
  readonly lanes: Lanes;
  readonly roles: Uint8Array;
  /** the request's window */
  readonly begin: number;
  readonly end: number;
  readonly pieces: readonly PathPiece[];
  /** the path by class; kinds are 1 + index into CLASSES_DRAWN */
  readonly path: Bands;
  /** threads worth a row from the start: those of the path, then who ran most meanwhile */
  readonly first: readonly number[];
  /** all threads whose name or number holds the text */
  find(text: string): readonly number[];
}

export const CLASSES_DRAWN = Object.keys(CLASS_COLORS) as PathClass[];
const MAX_THREADS = 24;

export function modelOf(drawing: Drawing, result: RunResult, request: RequestResult): TimelineModel {
  const service = new Set(result.targets.map(({ pid }) => pid));
  const client = request.path.find(({ depth }) => depth === 0)?.thread;
  const roleOf = (index: number): number => {
    const thread = drawing.threads[index];
    if (thread === undefined) return ON_CPU.other;
    if (thread.tid === client?.tid) return ON_CPU.client;
    if (service.has(thread.pid)) return ON_CPU.service;
    return thread.isKernel ? ON_CPU.kernel : ON_CPU.other;
  };
  const lanes = lanesOf(drawing, roleOf);
  const begin = nsBetween(drawing.beginNs, request.beginNs);
  const end = begin + request.durationNs;
  const pieces = piecesOf(drawing, request, begin);
  const starts = Float64Array.from(pieces, (piece) => piece.begin);
  const kinds = Uint8Array.from(pieces, (piece) => 1 + CLASSES_DRAWN.indexOf(piece.class));
  return {
    drawing,
    lanes,
    roles: Uint8Array.from(drawing.threads, (_, index) => roleOf(index)),
    begin,
    end,
    pieces,
    path: bandsOf(starts, kinds, end, CLASSES_DRAWN.length + 1),
    first: firstThreads(drawing, lanes, pieces, begin, end),
    find: (text) => {
      const wanted = text.trim().toLowerCase();
      return drawing.threads.flatMap(({ comm, tid, pid }, index) =>
        index > 0 && (comm.toLowerCase().includes(wanted) || String(tid) === wanted || String(pid) === wanted) ? [index] : [],
      );
    },
  };
}

function piecesOf(drawing: Drawing, request: RequestResult, begin: number): PathPiece[] {
  const byTid = new Map<number, number[]>();
  for (const [index, { tid }] of drawing.threads.entries()) byTid.set(tid, [...(byTid.get(tid) ?? []), index]);
  return request.path.map((entry, index) => ({
    begin: begin + nsBetween(request.beginNs, entry.beginNs),
    end: begin + nsBetween(request.beginNs, entry.endNs),
    // a tid may have been two threads: the process tells them apart
    thread: byTid.get(entry.thread.tid)?.find((one) => drawing.threads[one]?.pid === entry.thread.pid) ?? byTid.get(entry.thread.tid)?.[0] ?? -1,
    cpu: entry.cpu,
    class: entry.class,
    entry: index,
  }));
}

function firstThreads(drawing: Drawing, lanes: Lanes, pieces: readonly PathPiece[], begin: number, end: number): number[] {
  const weight = new Map<number, number>();
  for (const piece of pieces) if (piece.thread > 0) weight.set(piece.thread, (weight.get(piece.thread) ?? 0) + piece.end - piece.begin);
  const ofPath = [...weight].sort((a, b) => b[1] - a[1]).slice(0, MAX_THREADS / 2);
  const order = new Map([...new Set(pieces.map(({ thread }) => thread))].map((thread, at) => [thread, at]));
  const first = ofPath.map(([thread]) => thread).sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
  const busy = busyWithin(drawing, begin, end);
  const others = drawing.threads
    .map((_, index) => index)
    .filter((index) => index > 0 && !first.includes(index) && (busy[index] as number) > 0)
    .sort((a, b) => (busy[b] as number) - (busy[a] as number) || (lanes.onCpuNs[b] as number) - (lanes.onCpuNs[a] as number));
  return [...first, ...others.slice(0, MAX_THREADS - first.length)];
}

/** ns on a CPU between two times, by thread. */
function busyWithin({ occupancy, threads, durationNs }: Drawing, begin: number, end: number): Float64Array {
  const busy = new Float64Array(threads.length);
  for (const { start, thread } of occupancy) {
    for (let row = 0; row < start.length; row++) {
      const who = thread[row] as number;
      const length = Math.min(end, start[row + 1] ?? durationNs) - Math.max(begin, start[row] as number);
      if (who >= 0 && length > 0) busy[who] = (busy[who] as number) + length;
    }
  }
  return busy;
}
