/** Analysis in, contract out: segments become path entries and account rows on the absolute clock. */
import type { PathClass, Segment, SegmentCulprit } from "../critical-path/index.ts";
import type { ThreadIndex, Trace } from "../trace/index.ts";
import type { AccountRow, Culprit, PathEntry, ThreadRef } from "../result/index.ts";
import { foldPath, type PathPiece } from "./fold-path.ts";

/** Frames kept per stack: the deepest names decide, the rest is the way into the kernel. */
const MAX_STACK = 12;

/** TimeNs to the recording's absolute clock: a number when it fits 2^53, else a decimal string. */
export function absoluteClock(trace: Trace): (time: number) => number | string {
  const base = trace.clock.base;
  const safe = base + BigInt(Math.ceil(trace.end)) + 3_600_000_000_000n <= BigInt(Number.MAX_SAFE_INTEGER);
  if (safe) {
    const offset = Number(base);
    return (time) => offset + time;
  }
  return (time) => {
    const value = base + BigInt(time);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= 0n ? Number(value) : value.toString();
  };
}

export function threadRef(trace: Trace, thread: ThreadIndex): ThreadRef {
  if (thread < 0) return { comm: "?", tid: -1, pid: -1 };
  const row = trace.threads.row(thread);
  return { comm: row.comm, tid: row.tid, pid: row.pid };
}

export function culpritOf(trace: Trace, culprit: SegmentCulprit): Culprit {
  const who = culprit.thread === undefined ? {} : threadRef(trace, culprit.thread);
  return {
    kind: culprit.kind,
    ...who,
    ...(culprit.fn === undefined ? {} : { function: culprit.fn }),
    ...(culprit.detail === undefined ? {} : { detail: culprit.detail }),
  };
}

/** Adjacent segments that say the same become one entry; a path that is too long is folded. */
export function pathOf(trace: Trace, segments: readonly Segment[], absolute: (time: number) => number | string): PathEntry[] {
  // a path may have as many entries as a recording has switches: what they share is made once
  const threads: ThreadRef[] = [];
  const refOf = (thread: ThreadIndex): ThreadRef => (thread < 0 ? threadRef(trace, thread) : (threads[thread] ??= threadRef(trace, thread)));
  const plain = new Map<SegmentCulprit["kind"], Culprit[]>();
  const who = (culprit: SegmentCulprit): Culprit => {
    if (culprit.thread === undefined || culprit.thread < 0 || culprit.fn !== undefined || culprit.detail !== undefined) return culpritOf(trace, culprit);
    let known = plain.get(culprit.kind);
    if (known === undefined) {
      known = [];
      plain.set(culprit.kind, known);
    }
    return (known[culprit.thread] ??= culpritOf(trace, culprit));
  };
  const vias = new Map<Segment["via"], PathEntry["via"]>();
  const viaOf = (waits: Segment["via"]): PathEntry["via"] => {
    let via = vias.get(waits);
    if (via === undefined) {
      via = waits.map((wait) => ({
        class: wait.class,
        thread: refOf(wait.thread),
        ...(wait.syscall === undefined ? {} : { syscall: wait.syscall }),
        ...(wait.stack.length === 0 ? {} : { stack: wait.stack.slice(0, MAX_STACK) }),
      }));
      vias.set(waits, via);
    }
    return via;
  };
  return foldPath(storiesOf(segments)).map(({ segment, begin, end, folded }): PathEntry => ({
    beginNs: absolute(begin),
    endNs: absolute(end),
    class: segment.class,
    thread: refOf(segment.thread),
    ...(segment.cpu < 0 ? {} : { cpu: segment.cpu }),
    depth: segment.depth,
    culprit: who(segment.culprit),
    via: viaOf(segment.via),
    ...(segment.reason === undefined ? {} : { reason: segment.reason }),
    ...(folded === 1 ? {} : { folded }),
  }));
}

/** Adjacent segments that say the same are one piece of the path. */
function storiesOf(segments: readonly Segment[]): PathPiece[] {
  const pieces: PathPiece[] = [];
  for (const segment of segments) {
    const last = pieces.at(-1);
    if (last !== undefined && sameStory(last.segment, segment)) pieces[pieces.length - 1] = { ...last, end: segment.end };
    else pieces.push({ segment, begin: segment.begin, end: segment.end, folded: 1 });
  }
  return pieces;
}

const sameStory = (a: Segment, b: Segment): boolean =>
  a.class === b.class &&
  a.thread === b.thread &&
  a.cpu === b.cpu &&
  a.depth === b.depth &&
  a.via === b.via &&
  a.reason === b.reason &&
  a.culprit.kind === b.culprit.kind &&
  a.culprit.thread === b.culprit.thread &&
  a.culprit.fn === b.culprit.fn &&
  a.culprit.detail === b.culprit.detail;

/** Sums by class and culprit, largest first. `sum(ns) === durationNs` by construction. */
export function accountOf(trace: Trace, segments: readonly Segment[]): AccountRow[] {
  const rows = new Map<string, { class: PathClass; culprit: SegmentCulprit; ns: number }>();
  let durationNs = 0;
  for (const segment of segments) {
    const length = segment.end - segment.begin;
    durationNs += length;
    const { kind, thread, fn, detail } = segment.culprit;
    const key = `${segment.class}|${kind}|${thread ?? ""}|${fn ?? ""}|${detail ?? ""}`;
    const row = rows.get(key);
    if (row === undefined) rows.set(key, { class: segment.class, culprit: segment.culprit, ns: length });
    else row.ns += length;
  }
  return [...rows.values()]
    .sort((a, b) => b.ns - a.ns)
    .map((row) => ({ class: row.class, culprit: culpritOf(trace, row.culprit), ns: row.ns, share: durationNs === 0 ? 0 : row.ns / durationNs }));
}
