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
 * Source: Linux include/linux/ring_buffer.h and kernel/trace/ring_buffer.c (6.12).
 */

const COMMIT_MASK = 0x07ffffff;
const MISSED_EVENTS = 0x80000000;
const MISSED_STORED = 0x40000000;
/** 2^27: weight of the word after a time extend */
const EXTEND = 134_217_728;
const TWO_32 = 4_294_967_296;
/** 2^59 ns: absolute stamps carry that many bits */
const ABSOLUTE_BITS = 576_460_752_303_423_488;

export interface PageLayout {
  readonly pageSize: number;
  readonly dataOffset: number;
  readonly commitOffset: number;
  readonly longSize: 4 | 8;
}

export interface PageVisitor {
  /** `at` and `size` in bytes of the same memory; `time` in ns since the base. */
  record(id: number, at: number, size: number, time: number): void;
  /** Events are missing between the last record (or the begin) and `to`. */
  lost(to: number, count: number | undefined): void;
  /** The rest of the sub-buffer was given up. */
  corrupt(at: number, what: string): void;
}

/** Walks all whole sub-buffers in [begin, end) bytes. `begin` is a multiple of 4. Base is split in two words. */
export function walkPages(u32: Uint32Array, bytes: Uint8Array, begin: number, end: number, layout: PageLayout, baseLow: number, baseHigh: number, visitor: PageVisitor): void {
  const { pageSize, dataOffset, commitOffset, longSize } = layout;
  for (let page = begin; page + pageSize <= end; page += pageSize) {
    const word = page >> 2;
    const commitWord = u32[word + (commitOffset >> 2)] as number;
    const commit = commitWord & COMMIT_MASK;
    let time = ((u32[word + 1] as number) - baseHigh) * TWO_32 + ((u32[word] as number) - baseLow);
    if (commit > pageSize - dataOffset) {
      visitor.corrupt(page, `the sub-buffer says it holds ${commit} bytes`);
      continue;
    }
    if (commitWord & MISSED_EVENTS) {
      let count: number | undefined;
      if (commitWord & MISSED_STORED && dataOffset + commit + longSize <= pageSize) {
        const at = (page + dataOffset + commit) >> 2;
        count = (u32[at] as number) + (longSize === 8 ? (u32[at + 1] as number) * TWO_32 : 0);
      }
      visitor.lost(time, count);
    }
    const stop = page + dataOffset + commit;
    let at = page + dataOffset;
    while (at + 4 <= stop) {
      const header = u32[at >> 2] as number;
      const type = header & 31;
      const delta = header >>> 5;
      if (type >= 1 && type <= 28) {
        const size = type << 2;
        time += delta;
        if (at + 4 + size > stop) {
          visitor.corrupt(at, "a record reaches past the data of its sub-buffer");
          break;
        }
        visitor.record((bytes[at + 4] as number) | ((bytes[at + 5] as number) << 8), at + 4, size, time);
        at += 4 + size;
        continue;
      }
      if (type === 29 && delta === 0) break;
      if (at + 8 > stop) {
        visitor.corrupt(at, "a record header is cut off");
        break;
      }
      const next = u32[(at >> 2) + 1] as number;
      if (type === 0) {
        time += delta;
        if (next < 8 || at + 4 + next > stop) {
          visitor.corrupt(at, `a record says it is ${next} bytes long`);
          break;
        }
        visitor.record((bytes[at + 8] as number) | ((bytes[at + 9] as number) << 8), at + 8, next - 4, time);
        at += 4 + ((next + 3) & ~3);
      } else if (type === 29) {
        time += delta;
        if (next < 4 || at + 4 + next > stop) {
          visitor.corrupt(at, `a padding says it is ${next} bytes long`);
          break;
        }
        at += 4 + ((next + 3) & ~3);
      } else if (type === 30) {
        time += next * EXTEND + delta;
        at += 8;
      } else {
        time = absoluteTime(next, delta, time, baseLow, baseHigh);
        at += 8;
      }
    }
  }
}

/** Puts the top five bits of the running time over a 59-bit stamp (rb_fix_abs_ts), and rebases it without losing bits. */
function absoluteTime(high27: number, low27: number, previous: number, baseLow: number, baseHigh: number): number {
  // stamp = high27 * 2^27 + low27, split in words of 32 bits
  const low = (((high27 & 31) << 27) | low27) >>> 0;
  const high = high27 >>> 5;
  // the base's own top bits are those of the running time, or one less after a wrap
  const top = baseHigh & 0xf8000000;
  let time = (high + (top >>> 0) - baseHigh) * TWO_32 + (low - baseLow);
  if (top !== 0 && time < previous) time += ABSOLUTE_BITS;
  return time;
}
