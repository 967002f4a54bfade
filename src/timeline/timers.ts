/**
 * How late did timers fire? `now - expires` of an hrtimer is how long its CPU could not take the timer interrupt: the
 * event-only substitute for the irqsoff tracer (same clock base as trace clock mono).
 */
import type { Trace } from "../trace/index.ts";
import type { BlindSpots } from "./blind-spots.ts";

export interface LateTimer {
  readonly cpu: number;
  /** when it should have fired and when it did */
  readonly expires: number;
  readonly fired: number;
  readonly fn: string | undefined;
}

export interface Timers {
  /** timers that fired later than MIN_LATE_NS, by firing time */
  readonly late: readonly LateTimer[];
}

/** Below this the list would only repeat ordinary interrupt latency. Chosen, not measured: half of the shortest section that is reported. */
const MIN_LATE_NS = 500_000;
/** A timer on another clock base (REALTIME) has an expiry years away from the monotonic clock. */
const MAX_PLAUSIBLE_NS = 3_600e9;

/** A timer may have been started anew where nothing was seen: then its lateness is not known. */
export function buildTimers(trace: Trace, blind: BlindSpots): Timers {
  const starts = trace.tables.get("hrtimer_start");
  const expiries = trace.tables.get("hrtimer_expire_entry");
  if (starts === undefined || expiries === undefined) return { late: [] };
  const started = new Map<number, number>();
  const late: LateTimer[] = [];
  let start = 0;
  for (let row = 0; row < expiries.length; row++) {
    const time = expiries.time[row] as number;
    while (start < starts.length && (starts.time[start] as number) <= time) {
      started.set(starts.fields["hrtimer"]?.[start] ?? 0, start);
      start++;
    }
    const timer = expiries.fields["hrtimer"]?.[row] ?? 0;
    const startRow = started.get(timer);
    started.delete(timer);
    if (startRow === undefined) continue;
    const expires = starts.fields["expires"]?.[startRow] ?? 0;
    const lateness = (expiries.fields["now"]?.[row] ?? 0) - expires;
    if (lateness < MIN_LATE_NS || lateness > MAX_PLAUSIBLE_NS || blind.between(undefined, starts.time[startRow] as number, time)) continue;
    late.push({ cpu: expiries.cpu[row] as number, expires, fired: time, fn: trace.symbols.nameOf(expiries.fields["function"]?.[row] ?? 0) });
  }
  return { late };
}
