/**
 * Which number has each field that we write? Names as in protos/perfetto of github.com/google/perfetto, where the numbers were read
 * (commit ec5d16b14b, 2026-08-22). Numbers of a published protobuf never change.
 */

/** trace/trace.proto */
export const TRACE = { packet: 1 } as const;

/** trace/trace_packet.proto */
export const TRACE_PACKET = {
  ftrace_events: 1,
  process_tree: 2,
  clock_snapshot: 6,
  timestamp: 8,
  trusted_packet_sequence_id: 10,
  track_event: 11,
  sequence_flags: 13,
  system_info: 45,
  timestamp_clock_id: 58,
  track_descriptor: 60,
} as const;
export const SEQ_INCREMENTAL_STATE_CLEARED = 1;

/** trace/clock_snapshot.proto, common/builtin_clock.proto */
export const CLOCK_SNAPSHOT = { clocks: 1, primary_trace_clock: 2 } as const;
export const CLOCK = { clock_id: 1, timestamp: 2 } as const;
export const BUILTIN_CLOCK = { MONOTONIC: 3, MONOTONIC_RAW: 5, BOOTTIME: 6, TRACE_FILE: 11 } as const;

/** common/system_info.proto */
export const SYSTEM_INFO = { utsname: 1, num_cpus: 8 } as const;
export const UTSNAME = { sysname: 1, release: 3 } as const;

/** trace/ps/process_tree.proto */
export const PROCESS_TREE = { processes: 1, threads: 2 } as const;
export const PROCESS = { pid: 1, ppid: 2, cmdline: 3, is_kthread: 8, cmdline_is_comm: 9 } as const;
export const THREAD = { tid: 1, name: 2, tgid: 3 } as const;

/** trace/ftrace/ftrace_event_bundle.proto */
export const FTRACE_EVENT_BUNDLE = { cpu: 1, event: 2, lost_events: 3, ftrace_clock: 5 } as const;
export const FTRACE_CLOCK = { GLOBAL: 2, LOCAL: 3, MONO_RAW: 4 } as const;

/** trace/ftrace/ftrace_event.proto; the events themselves are in ftrace-events.ts */
export const FTRACE_EVENT = { timestamp: 1, pid: 2, common_flags: 5 } as const;

/** trace/track_event/track_descriptor.proto */
export const TRACK_DESCRIPTOR = { uuid: 1, name: 2, parent_uuid: 5, child_ordering: 11, sibling_order_rank: 12, sibling_merge_behavior: 15 } as const;
export const CHILD_ORDERING_EXPLICIT = 3;
export const SIBLING_MERGE_BEHAVIOR_NONE = 2;

/** trace/track_event/track_event.proto */
export const TRACK_EVENT = { debug_annotations: 4, type: 9, track_uuid: 11, categories: 22, name: 23, flow_ids: 47, terminating_flow_ids: 48 } as const;
export const TYPE = { SLICE_BEGIN: 1, SLICE_END: 2 } as const;

/** trace/track_event/debug_annotation.proto */
export const DEBUG_ANNOTATION = { int_value: 4, string_value: 6, name: 10, array_values: 12 } as const;
