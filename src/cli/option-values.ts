/** Is the text after an option what the option takes? Each parser answers with the value or says in one sentence what it wanted. */
import { InvalidArgumentError } from "commander";
import { NS_PER_S } from "../base/index.ts";

/** A whole number in a range. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= minimum && value <= maximum)) throw new InvalidArgumentError(`It takes a whole number from ${minimum} to ${maximum}.`);
    return value;
  };
}

/** A number above zero, fractions allowed. */
export function positiveNumber(maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,12}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
    if (!(value > 0 && value <= maximum)) throw new InvalidArgumentError(`It takes a number above 0, up to ${maximum}.`);
    return value;
  };
}

/** `20%` or `0.2`. A bare number above 1 is refused: it could mean either. */
export function share(text: string): number {
  const value = /^\d{1,3}(\.\d+)?%$/.test(text) ? Number(text.slice(0, -1)) / 100 : /^(0?\.\d+|0|1(\.0+)?)$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError("It takes a share, e.g. 20% or 0.2.");
  return value;
}

/** Repeated options and comma lists both collect: `--pid 1 --pid 2,3`. */
export function collectNumbers(text: string, previous: readonly number[] | undefined): number[] {
  return [...(previous ?? []), ...text.split(",").map(wholeNumber(1, 2 ** 22))];
}

export function collectTexts(text: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), text];
}

/** `NAME: value`, as in curl. */
export function collectHeader(text: string, previous: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const [, name, value] = /^([^\s:]+):\s*(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("It takes a header, e.g. 'content-type: application/json'.");
  return { ...previous, [name.toLowerCase()]: value };
}

/** `name=value`; the value may contain further `=`. */
export function collectPair(text: string, previous: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It takes name=value.");
  return { ...previous, [text.slice(0, at)]: text.slice(at + 1) };
}

/** A time of the trace: seconds as trace-cmd and ftrace print them (`4512.123456`, `4512s`), or whole nanoseconds (`4512123456000`). */
export function traceTime(text: string): bigint {
  const [, whole, fraction = "", unit] = /^(\d{1,19})(?:\.(\d{1,9}))?(s|ns)?$/.exec(text) ?? [];
  const isSeconds = unit === "s" || (unit === undefined && text.includes("."));
  if (whole === undefined || (!isSeconds && fraction !== "")) throw new InvalidArgumentError("It takes seconds, e.g. 4512.123456, or whole nanoseconds.");
  return isSeconds ? BigInt(whole) * BigInt(NS_PER_S) + BigInt(fraction.padEnd(9, "0")) : BigInt(whole);
}
