/** How do packets become pieces of a file? Each is one field of the message Trace, so that a file may be cut between any two. */
import { PbfWriter } from "pbf";
import type { Uint64 } from "../stamps.ts";
import { TRACE, TRACE_PACKET } from "./fields.ts";

/** Writes the fields of one message. */
export type Fill = (pbf: PbfWriter) => void;

/** A piece is handed on when it is this large: bundles of events are smaller. */
const PIECE_BYTES = 1 << 17;
/** All our packets are of one sequence: clock 64 and flows are known in it. */
const SEQUENCE = 1;

/** Each piece has memory of its own: a slow reader may still hold the one before. */
export function* piecesOf(packets: Iterable<Fill>): Generator<Uint8Array> {
  let pbf = new PbfWriter(new Uint8Array(PIECE_BYTES * 2));
  for (const packet of packets) {
    message(pbf, TRACE.packet, (inner) => {
      packet(inner);
      inner.writeVarintField(TRACE_PACKET.trusted_packet_sequence_id, SEQUENCE);
    });
    if (pbf.pos < PIECE_BYTES) continue;
    yield pbf.finish();
    pbf = new PbfWriter(new Uint8Array(PIECE_BYTES * 2));
  }
  if (pbf.pos > 0) yield pbf.finish();
}

export const message = (pbf: PbfWriter, field: number, fill: Fill): void => pbf.writeMessage(field, run, fill);

const run = (fill: Fill, pbf: PbfWriter): void => fill(pbf);

const VARINT = 0;

/** A uint64 field. pbf takes numbers, which are exact below 2^53 only; stamps may be larger. */
export function writeUint64Field(pbf: PbfWriter, field: number, { low, high }: Uint64): void {
  pbf.writeTag(field, VARINT);
  writeUint64(pbf, low, high);
}

export function writeUint64(pbf: PbfWriter, low: number, high: number): void {
  let [rest, upper] = [low, high];
  pbf.realloc(10);
  while (upper > 0 || rest > 0x7f) {
    pbf.buf[pbf.pos++] = (rest & 0x7f) | 0x80;
    rest = ((rest >>> 7) | (upper << 25)) >>> 0;
    upper >>>= 7;
  }
  pbf.buf[pbf.pos++] = rest;
}
