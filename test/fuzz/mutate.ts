/** How may bytes be wrong? Flipped, cut off, doubled, left out, overwritten by numbers that break arithmetic. */
import type { Random } from "./random.ts";

/** Sizes, counts and offsets at the edges of their types, and the kinds and flags of sub-buffers. */
const WORDS = [
  0, 1, 2, 4, 7, 8, 16, 29, 30, 31, 255, 256, 4095, 4096, 0x7fff, 0xffff, 0x07ffffff, 0x40000000, 0x7fffffff, 0x80000000, 0xc0000010, 0xfffffffe, 0xffffffff,
];
const NUMBERS = [
  "0",
  "1",
  "-1",
  "7",
  "65535",
  "65536",
  "4294967295",
  "4294967296",
  "9007199254740993",
  "18446744073709551615",
  "99999999999999999999999999",
  "0x",
  "1e9",
  "",
];
const TOKENS = [
  ";",
  "\t",
  "\n",
  "\0",
  '"',
  "[",
  "]",
  "{",
  "}",
  "(",
  ")",
  "%",
  "\\",
  ":",
  "[16]",
  "__data_loc ",
  "__rel_loc ",
  "unsigned ",
  "REC->",
  "__print_flags(",
  "\u{1F98A}",
  "\x1b]0;x\x07",
];

/** One to eight changes within `from` up to `to`. */
export function mutateBytes(random: Random, seed: Uint8Array, { from = 0, to = seed.length }: { from?: number; to?: number } = {}): Uint8Array {
  let bytes: Uint8Array = seed.slice();
  for (let changes = 1 + random.below(8); changes > 0 && bytes.length > 0; changes--) {
    const end = Math.min(to, bytes.length);
    if (end <= from) break;
    const at = from + random.below(end - from);
    const kind = random.below(16);
    if (kind < 5) bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
    else if (kind < 7) bytes[at] = random.next();
    else if (kind < 12) putWord(random, bytes, at);
    else if (kind === 12) bytes.copyWithin(at, from + random.below(end - from), end);
    else if (kind === 13) bytes.fill(random.pick([0, 0xff]), at, Math.min(end, at + random.below(64)));
    else if (kind === 14) bytes = without(bytes, at, 1 + random.below(16));
    else if (random.chance(3)) bytes = bytes.subarray(0, at);
    else bytes = doubled(bytes, at, 1 + random.below(200));
  }
  return bytes;
}

/** The same for text: numbers, words and lines. */
export function mutateText(random: Random, seed: Uint8Array): Uint8Array {
  let text = Buffer.from(seed.buffer, seed.byteOffset, seed.length).toString("latin1");
  for (let changes = 1 + random.below(6); changes > 0 && text !== ""; changes--) {
    const at = random.below(text.length);
    const kind = random.below(8);
    if (kind < 3) text = replaceNumber(text, at, random.pick(NUMBERS));
    else if (kind < 5) text = text.slice(0, at) + random.pick(TOKENS) + text.slice(at + random.below(3));
    else if (kind === 5) text = text.slice(0, at) + text.slice(at + 1 + random.below(30));
    else if (kind === 6) text = doubledLine(text, at, 1 + random.below(3));
    else text = text.slice(0, at) + random.pick(TOKENS).repeat(1 + random.below(200)) + text.slice(at);
  }
  return Uint8Array.from(Buffer.from(text, "latin1"));
}

/** Text within a file that says how long it is: the broken text is cut off or filled up to the same length. */
export function mutateTextWithin(random: Random, seed: Uint8Array, { from, to }: { from: number; to: number }): Uint8Array {
  const broken = mutateText(random, seed.subarray(from, to));
  const bytes = seed.slice();
  bytes.fill(10, from, to);
  bytes.set(broken.subarray(0, to - from), from);
  return bytes;
}

function putWord(random: Random, bytes: Uint8Array, at: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const place = at & ~3;
  if (place + 4 > bytes.length) return;
  const little = !random.chance(8);
  const value = random.chance(3) ? view.getUint32(place, little) + random.pick([1, -1, 4, -4, 4096]) : random.pick(WORDS);
  view.setUint32(place, value >>> 0, little);
}

const without = (bytes: Uint8Array, at: number, count: number): Uint8Array =>
  Uint8Array.from(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + count)]));

const doubled = (bytes: Uint8Array, at: number, count: number): Uint8Array =>
  Uint8Array.from(Buffer.concat([bytes.subarray(0, at + count), bytes.subarray(at, at + count), bytes.subarray(at + count)]));

/** The next digits behind `at`. */
function replaceNumber(text: string, at: number, value: string): string {
  const window = text.slice(at, at + 200);
  const match = /\d+/.exec(window);
  return match === null ? text : text.slice(0, at + match.index) + value + text.slice(at + match.index + match[0].length);
}

function doubledLine(text: string, at: number, times: number): string {
  const begin = text.lastIndexOf("\n", at) + 1;
  const end = text.indexOf("\n", at);
  const line = text.slice(begin, end < 0 ? text.length : end + 1);
  return text.slice(0, begin) + line.repeat(times) + text.slice(begin);
}
