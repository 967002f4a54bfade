/** What does a Perfetto trace say, read by a decoder that has nothing in common with our writer? */
import { readFileSync } from "node:fs";
import protobuf from "protobufjs";

const { root } = protobuf.parse(readFileSync(new URL("./perfetto.proto", import.meta.url), "utf8"), { keepCase: true });
const Trace = root.lookupType("perfetto.protos.Trace");

/** A message as plain data: 64-bit values are decimal strings, what is absent is absent. */
export interface Packet {
  readonly timestamp?: string;
  readonly timestamp_clock_id?: number;
  readonly trusted_packet_sequence_id: number;
  readonly sequence_flags?: number;
  readonly clock_snapshot?: { readonly clocks: readonly { readonly clock_id: number; readonly timestamp: string }[]; readonly primary_trace_clock: number };
  readonly system_info?: { readonly utsname: { readonly sysname: string; readonly release: string }; readonly num_cpus: number };
  readonly process_tree?: {
    readonly processes: readonly { readonly pid: number; readonly ppid?: number; readonly cmdline: readonly string[]; readonly is_kthread?: boolean }[];
    readonly threads: readonly { readonly tid: number; readonly tgid: number; readonly name: string }[];
  };
  readonly ftrace_events?: { readonly cpu: number; readonly lost_events?: boolean; readonly ftrace_clock?: number; readonly event?: readonly FtraceEvent[] };
  readonly track_descriptor?: { readonly uuid: string; readonly name: string; readonly parent_uuid?: string };
  readonly track_event?: {
    readonly type: number;
    readonly track_uuid: string;
    readonly name?: string;
    readonly categories?: readonly string[];
    readonly flow_ids?: readonly string[];
    readonly terminating_flow_ids?: readonly string[];
    readonly debug_annotations?: readonly Annotation[];
  };
}

interface Annotation {
  readonly name?: string;
  readonly int_value?: string;
  readonly string_value?: string;
  readonly array_values?: readonly Annotation[];
}

export type FtraceEvent = { readonly timestamp: string; readonly pid: number; readonly common_flags?: number } & Readonly<
  Record<string, Readonly<Record<string, string | number>>>
>;

export function readPerfetto(pieces: Iterable<Uint8Array>): Packet[] {
  const decoded = Trace.decode(Buffer.concat([...pieces]));
  return (Trace.toObject(decoded, { longs: String }) as { packet: Packet[] }).packet;
}

/** An event of a bundle, with the CPU of the bundle. */
export interface CpuEvent {
  readonly cpu: number;
  readonly timestamp: bigint;
  readonly pid: number;
  readonly flags: number;
  readonly fields: Readonly<Record<string, string | number>>;
}

/** All events of one kind, in the order of the file. */
export function eventsOf(packets: readonly Packet[], name: string): CpuEvent[] {
  return packets.flatMap(({ ftrace_events: bundle }) =>
    (bundle?.event ?? []).flatMap((event) => {
      const fields = event[name];
      if (fields === undefined) return [];
      return [{ cpu: bundle?.cpu ?? -1, timestamp: BigInt(event.timestamp), pid: event.pid, flags: event.common_flags ?? 0, fields }];
    }),
  );
}

export interface Slice {
  readonly name: string;
  readonly category: string;
  readonly begin: bigint;
  readonly end: bigint;
  readonly depth: number;
  readonly flows: readonly string[];
  readonly ends: readonly string[];
  readonly details: Readonly<Record<string, string | number | readonly string[]>>;
}

/** Slices by track, as Perfetto makes them: sorted by stamp, stable, an end ends what began last. Throws when they do not nest. */
export function slicesOf(packets: readonly Packet[]): Map<string, Slice[]> {
  const tracks = new Map<string, Slice[]>();
  const open = new Map<string, (Omit<Slice, "end"> & { end?: bigint })[]>();
  const events = packets.filter(({ track_event }) => track_event !== undefined);
  const order = events.map((packet, index) => ({ at: BigInt(packet.timestamp ?? "-1"), index, packet }));
  order.sort((a, b) => (a.at === b.at ? a.index - b.index : a.at < b.at ? -1 : 1));
  for (const { at, packet } of order) {
    const event = packet.track_event;
    if (event === undefined) continue;
    const stack = open.get(event.track_uuid) ?? [];
    open.set(event.track_uuid, stack);
    if (event.type === 1) {
      const slice = {
        name: event.name ?? "",
        category: event.categories?.join() ?? "",
        begin: at,
        depth: stack.length,
        flows: event.flow_ids ?? [],
        ends: event.terminating_flow_ids ?? [],
        details: Object.fromEntries((event.debug_annotations ?? []).map((each) => [each.name, valueOf(each)])),
      };
      stack.push(slice);
      tracks.set(event.track_uuid, [...(tracks.get(event.track_uuid) ?? []), slice as never]);
    } else {
      const slice = stack.pop();
      if (slice === undefined) throw new Error(`an end without a begin at ${at}`);
      slice.end = at;
    }
  }
  for (const stack of open.values()) if (stack.length > 0) throw new Error(`${stack.length} slices are not ended`);
  return tracks;
}

function valueOf({ int_value, string_value, array_values }: Annotation): string | number | string[] {
  if (array_values !== undefined) return array_values.map((each) => each.string_value ?? "");
  return string_value ?? Number(int_value);
}
