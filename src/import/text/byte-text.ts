/** Small questions about bytes of text, without making strings. */

export const BLANK = 0x20;
export const TAB = 0x09;
export const COLON = 0x3a;
export const DASH = 0x2d;
export const DOT = 0x2e;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What is not UTF-8 becomes U+FFFD; nothing is made for no bytes. */
export const textOf = (bytes: Uint8Array, from: number, to: number): string => (from >= to ? "" : decoder.decode(bytes.subarray(from, to)));

export const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** Letters, digits, `_`, `.` and `$`: what names of events and functions are made of. */
export function isNameByte(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f || (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || byte === DOT || byte === 0x24;
}

export function skipBlanks(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] === BLANK) at++;
  return at;
}

export function trimEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = end;
  while (at > from && bytes[at - 1] === BLANK) at--;
  return at;
}

export function startsWith(bytes: Uint8Array, from: number, end: number, wanted: Uint8Array): boolean {
  if (end - from < wanted.length) return false;
  for (let index = 0; index < wanted.length; index++) if (bytes[from + index] !== wanted[index]) return false;
  return true;
}

/** Place of a byte in `bytes[from, end)`, or -1. Never past the line: what lies behind may be gigabytes. */
export function indexOfByte(bytes: Uint8Array, byte: number, from: number, end: number): number {
  for (let at = from; at < end; at++) if (bytes[at] === byte) return at;
  return -1;
}

/** Place of `wanted` in `bytes[from, end)`, or -1. */
export function find(bytes: Uint8Array, from: number, end: number, wanted: Uint8Array): number {
  const first = wanted[0] as number;
  const last = end - wanted.length;
  for (let at = from; at <= last; at++) if (bytes[at] === first && startsWith(bytes, at, end, wanted)) return at;
  return -1;
}

export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** Value of a hex digit, -1 for anything else. */
export function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** A number as text: exact up to 15 digits, then the nearest double, as 64-bit fields become in columns. */
export function decimal(bytes: Uint8Array, from: number, to: number): number {
  if (to - from > 15) return Number(textOf(bytes, from, to));
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + (bytes[at] as number) - 0x30;
  return value;
}
