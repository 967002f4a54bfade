/** How does the kernel write a number? lib/vsprintf.c number(), whose padding is not quite that of C. */
import type { IntType } from "./c-types.ts";
import { unsigned64, wrap, type Int } from "./integers.ts";
import type { Conversion } from "./printf-format.ts";

export interface Padding {
  /** below 0: none */
  readonly width: number;
  readonly precision: number;
}

/** The type that a conversion takes its argument as; the argument is cut to it. */
export function argumentType({ length, letter }: Conversion, longSize: 4 | 8): IntType {
  const signed = letter === "d" || letter === "i";
  if (length === "hh") return { bits: 8, signed };
  if (length === "h") return { bits: 16, signed };
  if (length === "ll") return { bits: 64, signed };
  if (length !== "") return { bits: longSize === 8 ? 64 : 32, signed };
  return { bits: 32, signed };
}

export function numberText(value: Int, conversion: Conversion, type: IntType, { width, precision }: Padding): string {
  const { letter, hash, minus, plus, space, zero } = conversion;
  const base = letter === "o" ? 8 : letter === "x" || letter === "X" || letter === "p" ? 16 : 10;
  const cut = wrap(value, type);
  const isNegative = cut < 0;
  const magnitude = isNegative ? -BigInt(cut) : cut;
  let digits = magnitude.toString(base);
  if (letter === "X") digits = digits.toUpperCase();
  const sign = !type.signed ? "" : isNegative ? "-" : plus ? "+" : space ? " " : "";
  const prefix = !hash || base === 10 ? "" : base === 16 ? (letter === "X" ? "0X" : "0x") : cut === 0 ? "" : "0";
  const shown = digits.padStart(precision, "0");
  const room = width - sign.length - prefix.length - shown.length;
  if (room <= 0) return sign + prefix + shown;
  if (minus) return sign + prefix + shown + " ".repeat(room);
  // unlike in C, a precision does not switch the zeros off
  return zero ? sign + prefix + "0".repeat(room) + shown : " ".repeat(room) + sign + prefix + shown;
}

/** string_nocheck(): at most `precision` characters, padded with blanks. */
export function padText(text: string, minus: boolean, { width, precision }: Padding): string {
  const shown = precision >= 0 && text.length > precision ? text.slice(0, precision) : text;
  return minus ? shown.padEnd(width) : shown.padStart(width);
}

/** pointer_string(): all digits, no prefix (with # two more places and 0x). */
export function pointerText(value: Int, conversion: Conversion, longSize: 4 | 8, width: number): string {
  const digits = unsigned64(value)
    .toString(16)
    .slice(-longSize * 2)
    .padStart(longSize * 2, "0");
  const text = conversion.hash ? `0x${digits}` : digits;
  return conversion.minus ? text.padEnd(width) : text.padStart(width);
}
