/** How does a recording become a Perfetto trace? The kernel's scheduling as ftrace events, so that its views and SQL work, and the requests as tracks. */
import type { Explanation } from "../explanation.ts";
import { clockOf, clockPacket, systemPacket } from "./clocks.ts";
import { SEQ_INCREMENTAL_STATE_CLEARED, TRACE_PACKET } from "./fields.ts";
import { ftracePackets } from "./ftrace-bundles.ts";
import { piecesOf, type Fill } from "./packets.ts";
import { processPackets } from "./process-tree.ts";
import { requestPackets } from "./request-tracks.ts";

export const perfettoPieces = (explanation: Pick<Explanation, "timeline" | "result">): Generator<Uint8Array> => piecesOf(packetsOf(explanation));

function* packetsOf({ timeline: { trace }, result }: Pick<Explanation, "timeline" | "result">): Generator<Fill> {
  yield (pbf) => pbf.writeVarintField(TRACE_PACKET.sequence_flags, SEQ_INCREMENTAL_STATE_CLEARED);
  // before the first stamp: what comes earlier than its clock is converted with none
  yield clockPacket(trace);
  yield systemPacket(trace);
  yield* processPackets(trace);
  yield* requestPackets(result?.requests ?? [], clockOf(trace.clock.name).primary);
  yield* ftracePackets(trace);
}
