/**
 * Which records does a CPU's buffer hold? Walks sub-buffer images as trace_pipe_raw gives them:
 *
 *   u64 time stamp | long commit | data ...        commit: bits 0-26 bytes of data, 31 events were lost before,
 *                                                  30 their number is stored as a long right after the data
 *   record: u32 header (type_len 5 bits, time_delta 27 bits), then by type_len
 *     1..28  payload of type_len * 4 bytes      0      u32 length (with itself), payload
 *     29     padding (delta 0: rest unused)     30     time extend: u32 high part of the delta
 *     31     absolute stamp, 59 bits, the top bits come from the running time
 *
 * type_len is the low 5 bits of the header on little-endian kernels and the high 5 on big-endian ones.
 * Source: Linux include/linux/ring_buffer.h and kernel/trace/ring_buffer.c (6.12).
 */
import type { HeaderPage } from "../header-page.ts";
import type { FilePiece } from "../trace-file.ts";
import { pageMemory, type PageMemory } from "./page-memory.ts";

const COMMIT_MASK = 0x07ffffff;
const MISSED_EVENTS = 0x80000000;
const MISSED_STORED = 0x40000000;
/** 2^27: weight of the word after a time extend */
const EXTEND = 134_217_728;
const TWO_32 = 4_294_967_296;
/** 2^59, the bits of an absolute stamp, in units of the high word: added there, for a double would round it */
const ABSOLUTE_WRAP = 134_217_728;

/** A 64-bit clock base in words of 32 bits: times are doubles of ns since it, exact below 2^53. */
export interface ClockBase {
  readonly low: number;
  readonly high: number;
}

export interface CursorInput {
  /** whole sub-buffers; the last one may be cut off, and is walked if all its data is there */
  readonly pieces: Iterable<FilePiece>;
  readonly layout: HeaderPage;
  readonly little: boolean;
  readonly base: ClockBase;
}

export interface CursorReport {
  /** Events are missing before the next record. `count` undefined = the kernel does not know how many. */
  missed(count: number | undefined): void;
  /** The rest of a sub-buffer was given up, from this byte of the file. */
  corrupt(offset: number, what: string): void;
}

const NO_MEMORY = pageMemory(new Uint8Array(), true);

/** After `next()` was true the public fields tell the record: `at` and `size` of its payload in bytes of `memory`, `time` in ns since the base. */
export class PageCursor {
  id = 0;
  at = 0;
  size = 0;
  time = 0;
  memory: PageMemory = NO_MEMORY;
  readonly #pieces: Iterator<FilePiece>;
  readonly #layout: HeaderPage;
  readonly #little: boolean;
  readonly #base: ClockBase;
  readonly #report: CursorReport;
  #pieceOffset = 0;
  #u32 = NO_MEMORY.u32;
  /** byte of the next sub-buffer, of the next header, and behind the last data of this one */
  #page = 0;
  #next = 0;
  #stop = 0;

  constructor(input: CursorInput, report: CursorReport) {
    this.#pieces = input.pieces[Symbol.iterator]();
    this.#layout = input.layout;
    this.#little = input.little;
    this.#base = input.base;
    this.#report = report;
  }

  /** Goes to the next record. False at the end. */
  next(): boolean {
    for (;;) {
      const u32 = this.#u32;
      const stop = this.#stop;
      let at = this.#next;
      while (at + 4 <= stop) {
        const header = u32[at >> 2] as number;
        const type = this.#little ? header & 31 : header >>> 27;
        const delta = this.#little ? header >>> 5 : header & 0x07ffffff;
        if (type === 29 && delta === 0) break;
        if (at + 8 > stop) {
          this.#corrupt(at, "a record header is cut off");
          break;
        }
        const word = u32[(at >> 2) + 1] as number;
        if (type !== 0 && type <= 28) {
          const after = at + 4 + (type << 2);
          if (after > stop) {
            this.#corrupt(at, "a record reaches past the data of its sub-buffer");
            break;
          }
          this.#next = after;
          return this.#found(word, at + 4, type << 2, delta);
        }
        if (type === 0) {
          if (word < 8 || at + 4 + word > stop) {
            this.#corrupt(at, `a record says it is ${word} bytes long`);
            break;
          }
          this.#next = at + 4 + ((word + 3) & ~3);
          return this.#found(u32[(at >> 2) + 2] as number, at + 8, word - 4, delta);
        }
        if (type === 29) {
          if (word < 4 || at + 4 + word > stop) {
            this.#corrupt(at, `a padding says it is ${word} bytes long`);
            break;
          }
          this.time += delta;
          at += 4 + ((word + 3) & ~3);
        } else {
          this.time = type === 30 ? this.time + word * EXTEND + delta : absoluteTime(word, delta, this.time, this.#base);
          at += 8;
        }
      }
      if (!this.#nextPage()) return false;
    }
  }

  /** `word`: the first of the payload, which holds common_type. */
  #found(word: number, at: number, size: number, delta: number): true {
    this.id = this.#little ? word & 0xffff : word >>> 16;
    this.at = at;
    this.size = size;
    this.time += delta;
    return true;
  }

  #corrupt(at: number, what: string): void {
    this.#report.corrupt(this.#pieceOffset + at, what);
  }

  #nextPage(): boolean {
    const { pageSize, dataOffset, commitOffset, longSize } = this.#layout;
    while (this.#page >= this.memory.bytes.length) if (!this.#nextPiece()) return false;
    const page = this.#page;
    this.#page = page + pageSize;
    // nothing of it is walked unless it turns out to be sound
    this.#next = 0;
    this.#stop = 0;
    const room = Math.min(pageSize, this.memory.bytes.length - page);
    if (room < dataOffset) {
      this.#corrupt(page, `only ${room} bytes of the last sub-buffer are there`);
      return true;
    }
    const lowWord = this.#little ? 0 : 1;
    const word = page >> 2;
    const commitWord = this.#u32[word + (commitOffset >> 2) + (longSize === 8 ? lowWord : 0)] as number;
    const commit = commitWord & COMMIT_MASK;
    const stop = page + dataOffset + commit;
    if (commitWord & MISSED_EVENTS) this.#report.missed(commitWord & MISSED_STORED ? this.#storedCount(stop, page + room) : undefined);
    if (commit > room - dataOffset) {
      this.#corrupt(page, room < pageSize ? `only ${room} bytes of the last sub-buffer are there` : `the sub-buffer says it holds ${commit} bytes`);
      return true;
    }
    this.time = ((this.#u32[word + 1 - lowWord] as number) - this.#base.high) * TWO_32 + ((this.#u32[word + lowWord] as number) - this.#base.low);
    this.#next = page + dataOffset;
    this.#stop = stop;
    return true;
  }

  #nextPiece(): boolean {
    const piece = this.#pieces.next();
    if (piece.done === true) return false;
    this.memory = pageMemory(piece.value.bytes, this.#little);
    this.#u32 = this.memory.u32;
    this.#pieceOffset = piece.value.offset;
    this.#page = 0;
    return true;
  }

  /** The number of lost events after the data. */
  #storedCount(at: number, end: number): number | undefined {
    const { longSize } = this.#layout;
    if (at % 4 !== 0 || at + longSize > end) return undefined;
    const first = this.#u32[at >> 2] as number;
    if (longSize === 4) return first;
    const second = this.#u32[(at >> 2) + 1] as number;
    return this.#little ? second * TWO_32 + first : first * TWO_32 + second;
  }
}

/** Puts the top five bits of the running time over a 59-bit stamp (rb_fix_abs_ts), and rebases it without losing bits. */
function absoluteTime(high32: number, low27: number, previous: number, base: ClockBase): number {
  // stamp = high32 * 2^27 + low27, split in words of 32 bits
  const low = (((high32 & 31) << 27) | low27) >>> 0;
  const high = high32 >>> 5;
  // the base's own top bits are those of the running time, or one less after a wrap
  const top = (base.high & 0xf8000000) >>> 0;
  const time = (high + top - base.high) * TWO_32 + (low - base.low);
  if (top === 0 || time >= previous) return time;
  return (high + top + ABSOLUTE_WRAP - base.high) * TWO_32 + (low - base.low);
}
