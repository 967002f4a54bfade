/**
 * Is that how `trace-cmd report -R` prints this value? It prints a number with the conversion that the print fmt has for the
 * field, which the line does not show: %d, %x, 0x%08lx, %03d, %pS ... So every way is tried at a field's first record, and
 * only those that explained all values so far at the later ones: 10 printed as "10" once and as "a" the next time is a difference.
 */
import type { FieldValue } from "../../../src/import/importer.ts";
import type { KernelNames } from "./kernel-names.ts";
import type { ReportText } from "./report-text.ts";

type Int = number | bigint;
/** `token`: as printed; `digits`: without sign of base and leading zeros */
type Form = (value: bigint, token: string, digits: string) => boolean;

const BITS = [64, 32, 16, 8] as const;

/** Each explains a value by one conversion of printf. */
const NUMBER_FORMS: readonly Form[] = [
  ...BITS.map(
    (bits): Form =>
      (value, _, digits) =>
        digits === String(BigInt.asIntN(bits, value)),
  ),
  ...BITS.map(
    (bits): Form =>
      (value, _, digits) =>
        digits === String(BigInt.asUintN(bits, value)),
  ),
  ...BITS.map(
    (bits): Form =>
      (value, token, digits) =>
        token === "(nil)" ? value === 0n : digits === BigInt.asUintN(bits, value).toString(16),
  ),
  ...BITS.map(
    (bits): Form =>
      (value, token, digits) =>
        !token.startsWith("0x") && digits === BigInt.asUintN(bits, value).toString(8),
  ),
  (value, token) => token === String.fromCharCode(Number(BigInt.asUintN(8, value))),
];

/** Distinct values of a field that are remembered with their text. */
const REMEMBERED = 1 << 12;

export interface RawContext {
  readonly names: KernelNames;
  readonly little: boolean;
  /** what a pointer into the kernel's own texts says */
  stringAt(address: bigint): string | undefined;
}

/** One field of one event. */
export class RawField {
  readonly #context: RawContext;
  readonly #seen = new Map<Int, string>();
  #forms: readonly Form[];

  constructor(context: RawContext) {
    this.#context = context;
    this.#forms = [
      ...NUMBER_FORMS,
      (value, token) => value !== 0n && (context.names.isNameOf(BigInt.asUintN(64, value), token) || token === `0x${BigInt.asUintN(64, value).toString(16)}`),
      (value, token) => token === (context.stringAt(BigInt.asUintN(64, value)) ?? `0x${BigInt.asUintN(64, value).toString(16)}`),
    ];
  }

  /** Moves `text` behind the value; false = it is another one. `isOpen`: the format says less than the record holds, or more. */
  take(value: FieldValue, text: ReportText, isOpen: boolean): boolean {
    if (typeof value === "string") return takeText(value, text, isOpen);
    if (typeof value === "object") return this.#takeList(value, text, isOpen);
    const known = this.#seen.get(value);
    if (known !== undefined && text.text.startsWith(known, text.at)) {
      const next = text.text.charCodeAt(text.at + known.length);
      if (next === 32 || next === 10) {
        text.at += known.length;
        return true;
      }
    }
    const begin = text.at;
    text.skipBlanks();
    const from = text.at;
    const token = tokenAt(text);
    if (token === "") return false;
    const digits = token.replace(/^(-?)0x/, "$1").replace(/^(-?)0+(?=.)/, "$1");
    const big = BigInt(value);
    const fitting = this.#forms.filter((form) => form(big, token, digits));
    if (fitting.length === 0) {
      text.at = from;
      return false;
    }
    this.#forms = fitting;
    text.at = from + token.length;
    if (this.#seen.size < REMEMBERED) this.#seen.set(value, text.text.slice(begin, text.at));
    return true;
  }

  #takeList(values: readonly Int[], text: ReportText, isOpen: boolean): boolean {
    const bytes = bytesAt(text);
    // bytes that it takes for text are shown up to the first NUL
    if (bytes === undefined) {
      const end = values.indexOf(0);
      const isSame =
        values.every((value) => value >= 0 && value <= 255) && text.take(String.fromCharCode(...values.slice(0, end < 0 ? undefined : end).map(Number)));
      // it goes on behind the record until there is a NUL
      if (isSame && isOpen && end < 0) skipToHead(text);
      return isSame;
    }
    if (isOpen && values.length === 0) return true;
    const size = isOpen ? openSize(values) : bytes.length / values.length;
    if (values.length === 0) return bytes.every((byte) => byte === 0);
    if (!Number.isInteger(size)) return false;
    const count = isOpen ? Math.min(values.length, bytes.length / size) : values.length;
    for (let index = 0; index < count; index++) {
      const item = bytes.slice(index * size, (index + 1) * size);
      const ordered = this.#context.little ? item.reverse() : item;
      const theirs = ordered.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
      if (theirs !== BigInt.asUintN(size * 8, BigInt(values[index] as Int))) return false;
    }
    return true;
  }
}

/** Return addresses are longs; bytes are bytes. */
const openSize = (values: readonly Int[]): number => (values.some((value) => value > 255) ? 8 : 1);

/** To the end of the line before the next record's. */
function skipToHead(text: ReportText): void {
  for (let end = text.text.indexOf("\n", text.at); end >= 0; end = text.text.indexOf("\n", end + 1)) {
    text.at = end;
    if (/^.{8,60} +\d+-0x[0-9a-f]+ /.test(text.text.slice(end + 1, end + 100))) return;
  }
}

function tokenAt({ text, at }: ReportText): string {
  let end = at;
  for (let code = text.charCodeAt(end); code !== 32 && code !== 10 && !Number.isNaN(code); code = text.charCodeAt(end)) end++;
  return text.slice(at, end);
}

/** `ARRAY[01, 02]`; undefined when something else comes. */
function bytesAt(text: ReportText): number[] | undefined {
  if (!text.text.startsWith("ARRAY[", text.at)) return undefined;
  const end = text.text.indexOf("]", text.at);
  const inside = text.text.slice(text.at + "ARRAY[".length, end);
  text.at = end + 1;
  return inside === "" ? [] : inside.split(", ").map((hex) => Number.parseInt(hex, 16));
}

function takeText(value: string, text: ReportText, isOpen: boolean): boolean {
  const bytes = bytesAt(text);
  if (bytes !== undefined) {
    const end = bytes.indexOf(0);
    return isOpen || Buffer.from(end < 0 ? bytes : bytes.slice(0, end)).toString("utf8") === value;
  }
  return text.take(asBytes(value));
}

/** The report is read byte by byte. */
export const asBytes = (text: string): string => {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return Buffer.from(text, "utf8").toString("latin1");
  return text;
};
