/**
 * Which records do sub-buffers hold? Walks sub-buffer images as trace_pipe_raw gives them, some at a time:
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
/** header and common_type: no record is shorter */
const SMALLEST_RECORD_BYTES = 8;
/** Sub-buffers that follow without a gap are walked together until they have so many records: what is done per batch then costs little per record. */
const BATCH_RECORDS = 1024;

/** A 64-bit clock base in words of 32 bits: times are doubles of ns since it, exact below 2^53. */
export interface ClockBase {
  readonly low: number;
  readonly high: number;
}

export interface WalkerInput {
  /** whole sub-buffers; the last one may be cut off, and is walked if all its data is there */
  readonly pieces: Iterable<FilePiece>;
  readonly layout: HeaderPage;
  readonly little: boolean;
  readonly base: ClockBase;
}

/** The rest of a sub-buffer was given up, from this byte of the file. */
export interface Damage {
  readonly offset: number;
  readonly what: string;
}

const NO_MEMORY = pageMemory(new Uint8Array(), true);

/**
 * After `next()` was true the columns hold `length` records of one or more sub-buffers: `ats` and `sizes` of the payloads in bytes of `memory`, `times`
 * in ns since the base, `ids` = common_type. They belong to the walker and are overwritten by the next call; the caller may overwrite them too.
 */
export class SubBufferWalker {
  length = 0;
  times = new Float64Array();
  ids = new Uint16Array();
  ats = new Int32Array();
  sizes = new Int32Array();
  memory: PageMemory = NO_MEMORY;
  /** events lost before the first record: 0 none, -1 an unknown number */
  missed = 0;
  /** found after the last record */
  damage: Damage | undefined;
  /** bytes of sub-buffers walked so far */
  walked = 0;
  readonly #pieces: Iterator<FilePiece>;
  readonly #layout: HeaderPage;
  readonly #little: boolean;
  readonly #base: ClockBase;
  #pieceOffset = 0;
  /** byte of the next sub-buffer in `memory` */
  #page = 0;
  /** of the record before: what an absolute stamp is held against */
  #time = 0;

  constructor(input: WalkerInput) {
    this.#pieces = input.pieces[Symbol.iterator]();
    this.#layout = input.layout;
    this.#little = input.little;
    this.#base = input.base;
  }

  /** Goes to the next sub-buffers that have something to tell. False at the end. Losses are before the first record, damage is behind the last. */
  next(): boolean {
    this.length = 0;
    this.missed = 0;
    this.damage = undefined;
    do {
      while (this.#page >= this.memory.bytes.length) {
        if (this.length > 0) return true;
        if (!this.#nextPiece()) return false;
      }
      if (this.length > 0 && this.#commitWord() & MISSED_EVENTS) return true;
      this.#walkPage();
    } while (this.missed === 0 && this.damage === undefined && this.length < BATCH_RECORDS);
    return true;
  }

  #walkPage(): void {
    const { pageSize, dataOffset } = this.#layout;
    const u32 = this.memory.u32;
    const page = this.#page;
    const room = Math.min(pageSize, this.memory.bytes.length - page);
    this.#page = page + pageSize;
    this.walked += room;
    if (room < dataOffset) {
      this.#damaged(page, `only ${room} bytes of the last sub-buffer are there`);
      return;
    }
    const lowWord = this.#little ? 0 : 1;
    const word = page >> 2;
    const commitWord = this.#commitWord(page);
    const commit = commitWord & COMMIT_MASK;
    const stop = page + dataOffset + commit;
    if (commitWord & MISSED_EVENTS) this.missed = commitWord & MISSED_STORED ? this.#storedCount(stop, page + room) : -1;
    if (commit > room - dataOffset) {
      this.#damaged(page, room < pageSize ? `only ${room} bytes of the last sub-buffer are there` : `the sub-buffer says it holds ${commit} bytes`);
      return;
    }
    this.#time = ((u32[word + 1 - lowWord] as number) - this.#base.high) * TWO_32 + ((u32[word + lowWord] as number) - this.#base.low);
    this.#walkRecords(page + dataOffset, stop);
  }

  /** Of the sub-buffer at that byte; 0 when it is cut off before. */
  #commitWord(page = this.#page): number {
    const { commitOffset, longSize } = this.#layout;
    return this.memory.u32[(page + commitOffset + (longSize === 8 && !this.#little ? 4 : 0)) >> 2] ?? 0;
  }

  #walkRecords(begin: number, stop: number): void {
    const { times, ids, ats, sizes } = this;
    const u32 = this.memory.u32;
    const little = this.#little;
    let time = this.#time;
    let { length } = this;
    let at = begin;
    while (at + 4 <= stop) {
      const header = u32[at >> 2] as number;
      const type = little ? header & 31 : header >>> 27;
      const delta = little ? header >>> 5 : header & 0x07ffffff;
      if (type === 29 && delta === 0) break;
      if (at + 8 > stop) {
        this.#damaged(at, "a record header is cut off");
        break;
      }
      const word = u32[(at >> 2) + 1] as number;
      if (type !== 0 && type <= 28) {
        const after = at + 4 + (type << 2);
        if (after > stop) {
          this.#damaged(at, "a record reaches past the data of its sub-buffer");
          break;
        }
        time += delta;
        times[length] = time;
        ids[length] = little ? word : word >>> 16;
        ats[length] = at + 4;
        sizes[length] = type << 2;
        length++;
        at = after;
      } else if (type === 0) {
        if (word < 8 || at + 4 + word > stop) {
          this.#damaged(at, `a record says it is ${word} bytes long`);
          break;
        }
        const first = u32[(at >> 2) + 2] as number;
        time += delta;
        times[length] = time;
        ids[length] = little ? first : first >>> 16;
        ats[length] = at + 8;
        sizes[length] = word - 4;
        length++;
        at += 4 + ((word + 3) & ~3);
      } else if (type === 29) {
        if (word < 4 || at + 4 + word > stop) {
          this.#damaged(at, `a padding says it is ${word} bytes long`);
          break;
        }
        time += delta;
        at += 4 + ((word + 3) & ~3);
      } else {
        time = type === 30 ? time + word * EXTEND + delta : absoluteTime(word, delta, time, this.#base);
        at += 8;
      }
    }
    this.#time = time;
    this.length = length;
  }

  #damaged(at: number, what: string): void {
    this.damage = { offset: this.#pieceOffset + at, what };
  }

  #nextPiece(): boolean {
    const piece = this.#pieces.next();
    if (piece.done === true) return false;
    this.memory = pageMemory(piece.value.bytes, this.#little);
    this.#pieceOffset = piece.value.offset;
    this.#page = 0;
    const { bytes } = piece.value;
    const inPage = Math.floor(Math.min(this.#layout.pageSize, bytes.length) / SMALLEST_RECORD_BYTES);
    const records = Math.min(BATCH_RECORDS, Math.floor(bytes.length / SMALLEST_RECORD_BYTES)) + inPage;
    if (records > this.times.length) {
      this.times = new Float64Array(records);
      this.ids = new Uint16Array(records);
      this.ats = new Int32Array(records);
      this.sizes = new Int32Array(records);
    }
    return true;
  }

  /** The number of lost events after the data; -1 when it is not there, or too large to be one. */
  #storedCount(at: number, end: number): number {
    const { longSize } = this.#layout;
    const { u32 } = this.memory;
    if (at % 4 !== 0 || at + longSize > end) return -1;
    const first = u32[at >> 2] as number;
    if (longSize === 4) return first;
    const second = u32[(at >> 2) + 1] as number;
    const count = this.#little ? second * TWO_32 + first : first * TWO_32 + second;
    return count <= Number.MAX_SAFE_INTEGER ? count : -1;
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
