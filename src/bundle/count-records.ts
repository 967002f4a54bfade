/** How many events are in these pages? Walks record headers only; the loss ledger compares the count with the kernel's own. */

/** Bits of the commit word that are a length; the rest are flags (kernel/trace/ring_buffer.c, RB_MISSED_EVENTS and _STORED). */
const COMMIT_MASK = 0x07ff_ffff;
const TYPE = { padding: 29, timeExtend: 30, timeStamp: 31 } as const;

/** Data records in `bytes`, a whole number of sub-buffers. Damage ends the count of its sub-buffer. */
export function countRecords(bytes: Uint8Array, pageSize: number, longSize: 4 | 8): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let records = 0;
  for (let page = 0; page + pageSize <= bytes.length; page += pageSize) records += countInPage(view, page, pageSize, longSize);
  return records;
}

function countInPage(view: DataView, page: number, pageSize: number, longSize: 4 | 8): number {
  const begin = page + 8 + longSize;
  const end = Math.min(begin + (view.getUint32(page + 8, true) & COMMIT_MASK), page + pageSize);
  let records = 0;
  for (let at = begin; at + 4 <= end;) {
    const header = view.getUint32(at, true);
    const type = header & 31;
    if (type === TYPE.timeExtend || type === TYPE.timeStamp) {
      at += 8;
    } else if (type === TYPE.padding) {
      if (header >>> 5 === 0 || at + 8 > end) break;
      at += 4 + view.getUint32(at + 4, true);
    } else if (type === 0) {
      if (at + 8 > end) break;
      const length = view.getUint32(at + 4, true);
      // also keeps the sum below in 32 bits: a damaged length must not lead backwards
      if (length < 4 || length > end - at) break;
      records++;
      at += 4 + ((length + 3) & ~3);
    } else {
      records++;
      at += 4 + type * 4;
    }
  }
  return records;
}
