/** How are slices written on a track of our own, with what is known of them and with arrows between them? */
import type { PbfWriter } from "pbf";
import type { NsValue } from "../../result/index.ts";
import type { Detail } from "../labels.ts";
import { uint64Of } from "../stamps.ts";
import { CHILD_ORDERING_EXPLICIT, DEBUG_ANNOTATION, SIBLING_MERGE_BEHAVIOR_NONE, TRACE_PACKET, TRACK_DESCRIPTOR, TRACK_EVENT, TYPE } from "./fields.ts";
import { message, writeUint64Field, type Fill } from "./packets.ts";

export interface Track {
  readonly uuid: number;
  readonly name: string;
  /** the clock of its stamps */
  readonly clockId: number;
  /** it lies below `uuid`, in order of `rank` */
  readonly parent?: { readonly uuid: number; readonly rank: number };
}

export interface SliceBegin {
  readonly name: string;
  readonly category: string;
  readonly annotations?: readonly Detail[];
  /** arrows that start here, and that end here */
  readonly flows?: readonly number[];
  readonly ends?: readonly number[];
}

/** Never merged with another of its name: two requests may be called the same. */
export function trackPacket({ uuid, name, parent }: Track): Fill {
  return (pbf) =>
    message(pbf, TRACE_PACKET.track_descriptor, (inner) => {
      inner.writeVarintField(TRACK_DESCRIPTOR.uuid, uuid);
      inner.writeStringField(TRACK_DESCRIPTOR.name, name);
      if (parent === undefined) inner.writeVarintField(TRACK_DESCRIPTOR.child_ordering, CHILD_ORDERING_EXPLICIT);
      else {
        inner.writeVarintField(TRACK_DESCRIPTOR.parent_uuid, parent.uuid);
        inner.writeVarintField(TRACK_DESCRIPTOR.sibling_order_rank, parent.rank);
      }
      inner.writeVarintField(TRACK_DESCRIPTOR.sibling_merge_behavior, SIBLING_MERGE_BEHAVIOR_NONE);
    });
}

export function beginPacket(track: Track, at: NsValue, { name, category, annotations = [], flows = [], ends = [] }: SliceBegin): Fill {
  return eventPacket(track, at, (inner) => {
    for (const annotation of annotations) message(inner, TRACK_EVENT.debug_annotations, (value) => writeAnnotation(value, annotation));
    inner.writeVarintField(TRACK_EVENT.type, TYPE.SLICE_BEGIN);
    inner.writeVarintField(TRACK_EVENT.track_uuid, track.uuid);
    inner.writeStringField(TRACK_EVENT.categories, category);
    inner.writeStringField(TRACK_EVENT.name, name);
    for (const id of flows) inner.writeFixed64Field(TRACK_EVENT.flow_ids, id);
    for (const id of ends) inner.writeFixed64Field(TRACK_EVENT.terminating_flow_ids, id);
  });
}

/** Ends what began last on the track. */
export function endPacket(track: Track, at: NsValue): Fill {
  return eventPacket(track, at, (inner) => {
    inner.writeVarintField(TRACK_EVENT.type, TYPE.SLICE_END);
    inner.writeVarintField(TRACK_EVENT.track_uuid, track.uuid);
  });
}

function eventPacket({ clockId }: Track, at: NsValue, fill: Fill): Fill {
  return (pbf) => {
    writeUint64Field(pbf, TRACE_PACKET.timestamp, uint64Of(at));
    pbf.writeVarintField(TRACE_PACKET.timestamp_clock_id, clockId);
    message(pbf, TRACE_PACKET.track_event, fill);
  };
}

function writeAnnotation(pbf: PbfWriter, [name, value]: Detail): void {
  pbf.writeStringField(DEBUG_ANNOTATION.name, name);
  if (typeof value === "number") pbf.writeVarintField(DEBUG_ANNOTATION.int_value, value);
  else if (typeof value === "string") pbf.writeStringField(DEBUG_ANNOTATION.string_value, value);
  else for (const each of value) message(pbf, DEBUG_ANNOTATION.array_values, (inner) => inner.writeStringField(DEBUG_ANNOTATION.string_value, each));
}
