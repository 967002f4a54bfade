/** Which parts of a recording are read when it is too large to be read whole? */
import { timeNs } from "../base/index.ts";
import type { TimeSpan, Trace } from "../trace/index.ts";

/**
 * Read before and after what is asked for: what was going on when it began must have shown itself. Chosen: a thread that did nothing
 * for a whole second before is found asleep, but not where it fell asleep.
 */
const MARGIN_NS = 1_000_000_000;

/** Decode what lies in one of the windows (sorted, apart), and the events of `except` wherever they are. */
export interface Extent {
  readonly windows: readonly TimeSpan[];
  readonly except: ReadonlySet<string>;
}

/** Spans with their margins, merged, inside the recording. */
export function widen(spans: readonly TimeSpan[], { begin, end }: Pick<Trace, "begin" | "end">): TimeSpan[] {
  const merged: { from: number; to: number }[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const [from, to] = [Math.max(begin, span.from - MARGIN_NS), Math.min(end, span.to + MARGIN_NS)];
    const last = merged.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else if (from <= to) merged.push({ from, to });
  }
  return merged.map(({ from, to }) => ({ from: timeNs(from), to: timeNs(to) }));
}

/** What lies between the windows, and before and behind them. */
export function complementOf(windows: readonly TimeSpan[], { begin, end }: Pick<Trace, "begin" | "end">): TimeSpan[] {
  const gaps: TimeSpan[] = [];
  let at = begin;
  for (const { from, to } of windows) {
    if (from > at) gaps.push({ from: at, to: from });
    at = timeNs(Math.max(at, to));
  }
  if (end > at) gaps.push({ from: at, to: end });
  return gaps;
}
