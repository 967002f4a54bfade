/** How is a value read from a record? Never outside of it: what is not there reads as 0. */
import type { IntType } from "./c-types.ts";
import { canonical, type Int } from "./integers.ts";

/** One record in memory; renderers keep nothing of it. */
export interface RecordBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly little: boolean;
  /** first byte of common_type, and behind the payload */
  readonly at: number;
  readonly end: number;
}

/** An integer of that type at an absolute place in `bytes`. */
export function readInt({ view, little, at: begin, end }: RecordBytes, at: number, { bits, signed }: IntType): Int {
  if (at < begin || at + bits / 8 > end) return 0;
  if (bits === 32) return signed ? view.getInt32(at, little) : view.getUint32(at, little);
  if (bits === 64) {
    const low = view.getUint32(little ? at : at + 4, little);
    const high = signed ? view.getInt32(little ? at + 4 : at, little) : view.getUint32(little ? at + 4 : at, little);
    if (high >= -0x200000 && high < 0x200000) {
      const value = high * 4_294_967_296 + low;
      if (Number.isSafeInteger(value)) return value;
    }
    return canonical(signed ? view.getBigInt64(at, little) : view.getBigUint64(at, little));
  }
  if (bits === 16) return signed ? view.getInt16(at, little) : view.getUint16(at, little);
  return signed ? view.getInt8(at) : view.getUint8(at);
}

/** Bytes are not always UTF-8: a task may call itself anything. What is not becomes U+FFFD. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** Shorter texts are put together faster than a decoder is called. */
const SHORT_TEXT = 24;

/** The text from `at` to the first NUL before `end`, at most `limit` bytes of it. */
export function readText(record: RecordBytes, at: number, end: number, limit = Number.POSITIVE_INFINITY): string {
  const { bytes } = record;
  const stop = Math.min(end, record.end, at + limit);
  if (at < record.at) return "";
  let to = at;
  let all = 0;
  while (to < stop) {
    const byte = bytes[to] as number;
    if (byte === 0) break;
    all |= byte;
    to++;
  }
  if (all < 0x80 && to - at <= SHORT_TEXT) {
    let text = "";
    for (let index = at; index < to; index++) text += String.fromCharCode(bytes[index] as number);
    return text;
  }
  return decoder.decode(bytes.subarray(at, to));
}
