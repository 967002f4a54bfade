/** How does a request look in Perfetto? A track with its phases, below it the critical path, with an arrow wherever the path goes to another thread. */
import type { NsValue, RequestResult } from "../../result/index.ts";
import { phaseLanes } from "../explanation.ts";
import { entryDetails, entryLabel, phaseLabel, requestDetails, requestLabel } from "../labels.ts";
import type { Fill } from "./packets.ts";
import { beginPacket, endPacket, trackPacket, type SliceBegin, type Track } from "./tracks.ts";

/** Far from numbers that others choose, should two traces be opened as one. */
const FIRST_UUID = 0x5ca1_0000_0000;

/** Ends come before begins of the same ns, as they are written: Perfetto keeps that order. */
export function* requestPackets(requests: readonly RequestResult[], clockId: number): Generator<Fill> {
  let uuid = FIRST_UUID;
  let flow = 0;
  for (const request of requests) {
    const name = requestLabel(request);
    const track: Track = { uuid: ++uuid, name, clockId };
    const below = (rank: number, childName: string): Track => ({ uuid: ++uuid, name: childName, clockId, parent: { uuid: track.uuid, rank } });
    const [nested = [], ...others] = phaseLanes(request);
    yield trackPacket(track);
    yield beginPacket(track, request.beginNs, { name, category: "request", annotations: requestDetails(request) });
    for (const phase of nested) yield* slice(track, phase, { name: phaseLabel(phase), category: "phase" });
    yield endPacket(track, request.endNs);

    const path = below(0, "critical path");
    yield trackPacket(path);
    let ends: readonly number[] = [];
    for (const [index, entry] of request.path.entries()) {
      const next = request.path[index + 1];
      const flows = next === undefined || next.thread.tid === entry.thread.tid ? [] : [++flow];
      yield* slice(path, entry, { name: entryLabel(entry), category: "critical-path", annotations: entryDetails(entry), flows, ends });
      ends = flows;
    }

    for (const [index, phases] of others.entries()) {
      const lane = below(index + 1, "phases");
      yield trackPacket(lane);
      for (const phase of phases) yield* slice(lane, phase, { name: phaseLabel(phase), category: "phase" });
    }
  }
}

function* slice(track: Track, { beginNs, endNs }: { readonly beginNs: NsValue; readonly endNs: NsValue }, begin: SliceBegin): Generator<Fill> {
  yield beginPacket(track, beginNs, begin);
  yield endPacket(track, endNs);
}
