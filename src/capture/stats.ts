/** What does per_cpu/cpuN/stats say? Totals since the ring was made or cleared. */

export interface RingStats {
  /** events in the ring */
  readonly entries: number;
  /** overwritten before anybody read them */
  readonly overrun: number;
  /** lost because an interrupt filled the whole ring while an event was being written */
  readonly commitOverrun: number;
  /** bytes in the ring */
  readonly bytes: number;
  /** refused because the ring was full (overwrite off) */
  readonly dropped: number;
  /** read by anybody */
  readonly read: number;
}

export function parseStats(text: string): RingStats {
  const number = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(text)?.[1] ?? 0);
  return {
    entries: number("entries"),
    overrun: number("overrun"),
    commitOverrun: number("commit overrun"),
    bytes: number("bytes"),
    dropped: number("dropped events"),
    read: number("read events"),
  };
}

/** Everything the ring ever took: it grows only, unless somebody clears the ring. */
export const producedBy = ({ entries, overrun, commitOverrun, dropped, read }: RingStats): number => entries + overrun + commitOverrun + dropped + read;
