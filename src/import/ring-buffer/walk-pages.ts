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
import type { PageMemory } from "./page-memory.ts";

const COMMIT_MASK = 0x07ffffff;
const MISSED_EVENTS = 0x80000000;
const MISSED_STORED = 0x40000000;
/** 2^27: weight of the word after a time extend */
const EXTEND = 134_217_728;
const TWO_32 = 4_294_967_296;
/** 2^59 ns: absolute stamps carry that many bits */
const ABSOLUTE_BITS = 576_460_752_303_423_488;

/** A 64-bit clock base in words of 32 bits: times are doubles of ns since it, exact below 2^53. */
export interface ClockBase {
  readonly low: number;
  readonly high: number;
}

export interface PageVisitor {
  /** `at` and `size` in bytes of the memory; `time` in ns since the base. */
  record(id: number, at: number, size: number, time: number): void;
  /** Events are missing before the next record. `count` undefined = the kernel does not know how many. */
  missed(count: number | undefined): void;
  /** The rest of the sub-buffer at byte `at` was given up. */
  corrupt(at: number, what: string): void;
}

/** Walks the sub-buffers of the memory. A last one that is cut off is walked if all its data is there. */
export function walkPages(memory: PageMemory, layout: HeaderPage, base: ClockBase, visitor: PageVisitor): void {
  const { u32, little } = memory;
  const { pageSize, dataOffset, commitOffset, longSize } = layout;
  const end = memory.bytes.length;
  // where the low and high word of a 64-bit value are
  const lowWord = little ? 0 : 1;
  const commitWordOffset = (commitOffset >> 2) + (longSize === 8 ? lowWord : 0);
  for (let page = 0; page < end; page += pageSize) {
    const room = Math.min(pageSize, end - page);
    if (room < dataOffset) {
      visitor.corrupt(page, `only ${room} bytes of the last sub-buffer are there`);
      return;
    }
    const word = page >> 2;
    const commitWord = u32[word + commitWordOffset] as number;
    const commit = commitWord & COMMIT_MASK;
    if (commitWord & MISSED_EVENTS) visitor.missed(storedCount(memory, commitWord, page + dataOffset + commit, page + room, longSize));
    if (commit > room - dataOffset) {
      visitor.corrupt(page, room < pageSize ? `only ${room} bytes of the last sub-buffer are there` : `the sub-buffer says it holds ${commit} bytes`);
      continue;
    }
    let time = ((u32[word + 1 - lowWord] as number) - base.high) * TWO_32 + ((u32[word + lowWord] as number) - base.low);
    const stop = page + dataOffset + commit;
    let at = page + dataOffset;
    while (at + 4 <= stop) {
      const header = u32[at >> 2] as number;
      const type = little ? header & 31 : header >>> 27;
      const delta = little ? header >>> 5 : header & 0x07ffffff;
      if (type === 29 && delta === 0) break;
      if (at + 8 > stop) {
        visitor.corrupt(at, "a record header is cut off");
        break;
      }
      const next = u32[(at >> 2) + 1] as number;
      if (type !== 0 && type <= 28) {
        const after = at + 4 + (type << 2);
        if (after > stop) {
          visitor.corrupt(at, "a record reaches past the data of its sub-buffer");
          break;
        }
        time += delta;
        visitor.record(little ? next & 0xffff : next >>> 16, at + 4, type << 2, time);
        at = after;
      } else if (type === 0) {
        if (next < 8 || at + 4 + next > stop) {
          visitor.corrupt(at, `a record says it is ${next} bytes long`);
          break;
        }
        time += delta;
        const first = u32[(at >> 2) + 2] as number;
        visitor.record(little ? first & 0xffff : first >>> 16, at + 8, next - 4, time);
        at += 4 + ((next + 3) & ~3);
      } else if (type === 29) {
        if (next < 4 || at + 4 + next > stop) {
          visitor.corrupt(at, `a padding says it is ${next} bytes long`);
          break;
        }
        time += delta;
        at += 4 + ((next + 3) & ~3);
      } else {
        time = type === 30 ? time + next * EXTEND + delta : absoluteTime(next, delta, time, base);
        at += 8;
      }
    }
  }
}

/** The number of lost events after the data, when the kernel stored one. */
function storedCount({ u32, little }: PageMemory, commitWord: number, at: number, end: number, longSize: 4 | 8): number | undefined {
  if (!(commitWord & MISSED_STORED) || at % 4 !== 0 || at + longSize > end) return undefined;
  const first = u32[at >> 2] as number;
  if (longSize === 4) return first;
  const second = u32[(at >> 2) + 1] as number;
  return little ? second * TWO_32 + first : first * TWO_32 + second;
}

/** Puts the top five bits of the running time over a 59-bit stamp (rb_fix_abs_ts), and rebases it without losing bits. */
function absoluteTime(high32: number, low27: number, previous: number, base: ClockBase): number {
  // stamp = high32 * 2^27 + low27, split in words of 32 bits
  const low = (((high32 & 31) << 27) | low27) >>> 0;
  const high = high32 >>> 5;
  // the base's own top bits are those of the running time, or one less after a wrap
  const top = (base.high & 0xf8000000) >>> 0;
  let time = (high + top - base.high) * TWO_32 + (low - base.low);
  if (top !== 0 && time < previous) time += ABSOLUTE_BITS;
  return time;
}
