/** Which unit does a number carry? Points and lengths of time are different brands so that one cannot be passed for the other. */

/** Nanoseconds since `Trace.clock.base`, an exact integer below 2^53 (104 days). */
export type TimeNs = number & { readonly __brand: "TimeNs" };
/** A length in nanoseconds, an exact integer. */
export type DurationNs = number & { readonly __brand: "DurationNs" };

export const timeNs = (value: number): TimeNs => value as TimeNs;
export const durationNs = (value: number): DurationNs => value as DurationNs;
export const span = (begin: TimeNs, end: TimeNs): DurationNs => (end - begin) as DurationNs;

export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;
