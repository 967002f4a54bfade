/** What can the tracing of this kernel do? Read from tracefs, which is authoritative; nothing is written. */
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EVENT_GROUPS, type EventGroupId, type Missing, type MissingReason, type TracefsAbilityId } from "./capability-ids.ts";
import type { ProcessRights } from "./process-rights.ts";
import { namesIn } from "./read-names.ts";
import { errorCode, readText, tracefsState, type TracefsState } from "./tracefs.ts";

export interface TracefsAbilities {
  readonly tracers: readonly string[];
  /** "system:event" */
  readonly events: ReadonlySet<string>;
  readonly clocks: readonly string[];
  readonly triggers: { readonly stacktrace: boolean; readonly hist: boolean; readonly snapshot: boolean };
  /** names in options/ */
  readonly options: ReadonlySet<string>;
  /** set_event_pid can follow forks (4.7) */
  readonly hasEventFork: boolean;
  /** buffer_subbuf_size_kb (6.8) */
  readonly hasSubBufferSize: boolean;
  readonly missing: Missing;
}

/**
 * tracefsState, with what it cannot know: root who gets EPERM (not EACCES) on an open is locked out by the kernel, also where
 * securityfs is not mounted and the level cannot be read (measured on 6.1: open EPERM, mkdir of an instance EINVAL).
 */
export function refineState(root: string | undefined, rights: ProcessRights, lockdown: string | undefined): TracefsState {
  const state = tracefsState(root);
  if (state.kind === "not-mounted" || state.kind === "not-in-kernel") return state;
  if (lockdown === "confidentiality") return { kind: "lockdown", root: state.root, detail: "kernel lockdown is at level confidentiality" };
  if (state.kind !== "no-permission" || !rights.effective.has("CAP_DAC_OVERRIDE") || rights.isInUserNamespace) return state;
  try {
    readFileSync(join(state.root, "trace_clock"));
    accessSync(join(state.root, "instances"), constants.W_OK);
  } catch (error) {
    if (errorCode(error) === "EPERM")
      return { kind: "lockdown", root: state.root, detail: "the kernel refuses it to root, as lockdown at level confidentiality does" };
  }
  return state;
}

/** Latency and noise tracers by what they answer: one of each list is enough. */
const TRACERS = {
  "function-tracer": ["function"],
  "irqsoff-tracer": ["irqsoff", "preemptirqsoff"],
  "preemptoff-tracer": ["preemptoff", "preemptirqsoff"],
  "wakeup-tracer": ["wakeup", "wakeup_rt"],
  "noise-tracers": ["osnoise", "timerlat", "hwlat"],
} as const satisfies Partial<Record<TracefsAbilityId, readonly string[]>>;

/** Events that only some machines can have: is this one of them? */
const LOCAL: Partial<Readonly<Record<TracefsAbilityId, () => boolean>>> = {
  "irq-vector-events": () => isX86,
  "fault-events": () => isX86,
  // no event of the journal: no journalling file system of this kind is in use
  "journal-events": () => false,
};
const isX86 = process.arch === "x64" || process.arch === "ia32";

export function probeTracefs(state: TracefsState): TracefsAbilities {
  const read = (relative: string): string => readText(join(state.root, relative));
  const tracers = wordsOf(read("available_tracers"));
  const clocks = wordsOf(read("trace_clock").replace(/[[\]]/g, ""));
  const events = availableEvents(state.root, read("available_events"));
  const triggers = availableTriggers(read("events/sched/sched_switch/trigger"), read("README"));
  const options = new Set(namesIn(join(state.root, "options")));
  const has = (relative: string): boolean => existsSync(join(state.root, relative));
  const present: Record<TracefsAbilityId, boolean> = {
    ...(mapValues(EVENT_GROUPS, (names) => names.every((name) => events.has(name))) as Record<EventGroupId, boolean>),
    ...mapValues(TRACERS, (names) => names.some((name) => tracers.includes(name))),
    tracefs: state.kind === "ok",
    "mono-clock": clocks.includes("mono"),
    "stack-trigger": triggers.stacktrace,
    "hist-trigger": triggers.hist,
    "event-fork": options.has("event-fork"),
    "dead-man-switch": options.has("disable_on_free") && has("free_buffer"),
    "sub-buffer-size": has("buffer_subbuf_size_kb"),
    snapshot: has("snapshot"),
    kprobes: has("kprobe_events"),
    uprobes: has("uprobe_events"),
  };
  // without a readable tracefs its contents are unknown, which is not the same as not there
  const isSeen = clocks.length > 0;
  const missing: Partial<Record<TracefsAbilityId, MissingReason>> = {};
  for (const id of Object.keys(present) as TracefsAbilityId[]) {
    if (present[id]) continue;
    if (id === "tracefs") missing[id] = reasonOf(state);
    else if (!isSeen && state.kind !== "not-in-kernel") missing[id] = "unseen";
    else missing[id] = LOCAL[id]?.() === false ? "no-hardware" : "not-built";
  }
  return { tracers, events, clocks, triggers, options, hasEventFork: present["event-fork"], hasSubBufferSize: present["sub-buffer-size"], missing };
}

function reasonOf(state: TracefsState): MissingReason {
  switch (state.kind) {
    case "not-in-kernel":
    case "no-instances":
    case "ok":
      return "not-built";
    default:
      return state.kind;
  }
}

const wordsOf = (text: string): string[] =>
  text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "");

const mapValues = <K extends string, V, R>(record: Readonly<Record<K, V>>, map: (value: V) => R): Record<K, R> =>
  Object.fromEntries(Object.entries<V>(record).map(([key, value]) => [key, map(value)])) as Record<K, R>;

/** An empty trigger file lists what it takes; the README names them too, with all that is built in. */
function availableTriggers(triggerFile: string, readme: string): TracefsAbilities["triggers"] {
  const list = /Available triggers:\s*\n#\s*(.*)/.exec(triggerFile)?.[1] ?? readme;
  return { stacktrace: /\bstacktrace\b/.test(list), hist: /\bhist\b/.test(list), snapshot: /\bsnapshot\b/.test(list) };
}

function availableEvents(root: string, text: string): Set<string> {
  if (text !== "") return new Set(text.split("\n").filter((line) => line.includes(":")));
  const found = new Set<string>();
  for (const system of namesIn(join(root, "events"))) {
    for (const event of namesIn(join(root, "events", system))) if (existsSync(join(root, "events", system, event, "format"))) found.add(`${system}:${event}`);
  }
  return found;
}
