/**
 * A drawing as bytes, and back, also in a browser. A header of JSON with everything small, then the columns one behind the other:
 *
 *   u32 length of the header (little endian) | header, UTF-8 | columns
 *
 * Times rise, so they are kept as differences, in units of `unitNs`; all numbers are LEB128 varints, 1 to 8 bytes.
 */
import type { DrawnInterrupts, DrawnOccupancy, Drawing } from "./drawing.ts";
import { VarintReader, VarintWriter } from "./varints.ts";

type Header = Omit<Drawing, "occupancy" | "interrupts" | "wakes"> & {
  /** rows */
  readonly occupancy: readonly number[];
  readonly interrupts: readonly number[];
  readonly wakes: number;
};

const LENGTH_BYTES = 4;

/** `unitNs`: the columns' times are rounded down to multiples of it, which makes a large drawing smaller. */
export function encodeDrawing(drawing: Drawing, unitNs = drawing.unitNs): Uint8Array {
  const { occupancy, interrupts, wakes, ...small } = drawing;
  const header: Header = {
    ...small,
    unitNs,
    occupancy: occupancy.map(({ start }) => start.length),
    interrupts: interrupts.map(({ start }) => start.length),
    wakes: wakes.time.length,
  };
  const writer = new VarintWriter(unitNs);
  for (const { start, thread, leave } of occupancy) {
    writer.rising(start);
    // nobody is -1
    writer.small(thread, 1);
    writer.small(leave);
  }
  for (const { start, end, context, name } of interrupts) {
    writer.rising(start);
    writer.lengths(start, end);
    writer.small(context);
    writer.small(name);
  }
  writer.rising(wakes.time);
  writer.small(wakes.waker, 1);
  writer.small(wakes.wakee, 1);
  const columns = writer.bytes();
  const text = new TextEncoder().encode(JSON.stringify(header));
  const all = new Uint8Array(LENGTH_BYTES + text.length + columns.length);
  new DataView(all.buffer).setUint32(0, text.length, true);
  all.set(text, LENGTH_BYTES);
  all.set(columns, LENGTH_BYTES + text.length);
  return all;
}

/** RangeError when the bytes are cut off; SyntaxError when they are something else. */
export function decodeDrawing(bytes: Uint8Array): Drawing {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length))) as Header;
  const reader = new VarintReader(bytes.subarray(LENGTH_BYTES + length), header.unitNs);
  return {
    ...header,
    occupancy: header.occupancy.map((rows): DrawnOccupancy => ({ start: reader.rising(rows), thread: reader.signed(rows), leave: reader.bytes(rows) })),
    interrupts: header.interrupts.map((rows): DrawnInterrupts => {
      const start = reader.rising(rows);
      return { start, end: reader.ends(start), context: reader.bytes(rows), name: reader.unsigned(rows) };
    }),
    wakes: { time: reader.rising(header.wakes), waker: reader.signed(header.wakes), wakee: reader.signed(header.wakes) },
  };
}
