/** How is a moment said on the recording's own clock, to the ns, when it does not fit a double? */
import { nsValue, type NsValue } from "../result/index.ts";
import type { Trace } from "../trace/index.ts";

/** An unsigned 64-bit value in two halves: exact, without a BigInt per event. */
export interface Uint64 {
  readonly low: number;
  readonly high: number;
}

const WORD = 2 ** 32;

export function uint64Of(value: NsValue | bigint): Uint64 {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return { low: value % WORD, high: Math.floor(value / WORD) };
  const bits = BigInt(value);
  return { low: Number(BigInt.asUintN(32, bits)), high: Number(BigInt.asUintN(32, bits >> 32n)) };
}

/** TimeNs to ns of the trace clock. */
export function absoluteClock({ clock: { base }, end }: Pick<Trace, "clock" | "end">): (time: number) => NsValue {
  const offset = Number(base);
  if (Number.isSafeInteger(offset) && Number.isSafeInteger(offset + end)) return (time) => offset + time;
  return (time) => nsValue(base + BigInt(time));
}

/** Microseconds as decimal text, cut from the digits of the ns: no division, so no rounding. */
export function microseconds(ns: NsValue): string {
  const text = String(ns);
  const isNegative = text.startsWith("-");
  const digits = (isNegative ? text.slice(1) : text).padStart(4, "0");
  return `${isNegative ? "-" : ""}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}
