/** What can this host show? Probes without changing anything and never throws: what is not there is said, not assumed. */
import { existsSync, readdirSync } from "node:fs";
import { cpus as osCpus, totalmem } from "node:os";
import { join } from "node:path";
import type { HostInfo } from "../bundle/index.ts";
import { cgroupMounts } from "./cgroup.ts";
import { bootId, readStat } from "./procfs.ts";
import { readPressure } from "./sample.ts";
import { lockdownLevel, readText, tracefsState, type TracefsState } from "./tracefs.ts";

export interface Capabilities {
  readonly kernel: string;
  readonly arch: string;
  readonly cpus: number;
  readonly isRoot: boolean;
  /** CAP_SYS_ADMIN */
  readonly isAdmin: boolean;
  readonly tracefs: TracefsState;
  readonly lockdown: string | undefined;
  readonly tracers: readonly string[];
  /** "system:event" */
  readonly events: ReadonlySet<string>;
  readonly clocks: readonly string[];
  readonly triggers: { readonly stacktrace: boolean; readonly hist: boolean; readonly snapshot: boolean };
  readonly hasEventFork: boolean;
  readonly hasSubBufferSize: boolean;
  readonly hasSnapshotFile: boolean;
  readonly hasKprobes: boolean;
  readonly hasPressure: boolean;
  readonly hasSchedStat: boolean;
  readonly hasSymbols: boolean;
  readonly cgroupControllers: Readonly<Record<string, 1 | 2>>;
  readonly hasCpuFrequency: boolean;
  readonly hasCpuIdle: boolean;
  readonly hasSwap: boolean;
  readonly hasNvidia: boolean;
  readonly numaNodes: number;
  readonly others: OtherTracing;
}

/** Who else traces: what we must not disturb, and what a killed run of ours left. */
export interface OtherTracing {
  readonly topLevelTracer: string | undefined;
  readonly topLevelEvents: number;
  readonly foreignInstances: readonly string[];
  readonly ownInstances: readonly { readonly name: string; readonly alive: boolean }[];
}

export const INSTANCE_PREFIX = "stallscope-";
const INSTANCE_NAME = /^stallscope-(\d+)-(\d+)-/;
const CAP_SYS_ADMIN = 21n;

export function probeCapabilities(options: { root?: string } = {}): Capabilities {
  const tracefs = tracefsState(options.root);
  const at = (relative: string): string => (tracefs.kind === "ok" || tracefs.kind === "read-only" || tracefs.kind === "lockdown" ? readText(join(tracefs.root, relative)) : "");
  const has = (relative: string): boolean => existsSync(join(tracefs.root, relative));
  const triggers = availableTriggers(at("README"), at("events/sched/sched_switch/trigger"));
  const controllers: Record<string, 1 | 2> = {};
  for (const mount of cgroupMounts()) for (const name of mount.controllers) controllers[name] = mount.version;
  return {
    kernel: readText("/proc/sys/kernel/osrelease").trim(),
    arch: process.arch,
    cpus: osCpus().length,
    isRoot: process.geteuid?.() === 0,
    isAdmin: hasCapability(CAP_SYS_ADMIN),
    tracefs,
    lockdown: lockdownLevel(),
    tracers: at("available_tracers").trim().split(/\s+/).filter((name) => name !== ""),
    events: availableEvents(tracefs.root, at("available_events")),
    clocks: at("trace_clock").replace(/[[\]]/g, "").trim().split(/\s+/).filter((name) => name !== ""),
    triggers,
    hasEventFork: has("options/event-fork"),
    hasSubBufferSize: has("buffer_subbuf_size_kb"),
    hasSnapshotFile: has("snapshot"),
    hasKprobes: has("kprobe_events"),
    hasPressure: readPressure() !== undefined,
    hasSchedStat: readText("/proc/self/schedstat") !== "",
    hasSymbols: /^(?!0+ )[0-9a-f]+ [tT] /m.test(readText("/proc/kallsyms").slice(0, 65_536)),
    cgroupControllers: controllers,
    hasCpuFrequency: existsSync("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
    hasCpuIdle: existsSync("/sys/devices/system/cpu/cpu0/cpuidle/state1"),
    hasSwap: readText("/proc/swaps").split("\n").filter((line) => line !== "").length > 1,
    hasNvidia: existsSync("/dev/nvidiactl") || existsSync("/proc/driver/nvidia"),
    numaNodes: namesIn("/sys/devices/system/node").filter((name) => /^node\d+$/.test(name)).length,
    others: otherTracing(tracefs, at),
  };
}

export function hostInfo(capabilities: Capabilities): HostInfo {
  const { kernel, arch, cpus } = capabilities;
  return {
    kernel, arch, cpus, memoryBytes: totalmem(), bootId: bootId(),
    capabilities: {
      "event-fork": capabilities.hasEventFork, "stack-trigger": capabilities.triggers.stacktrace, pressure: capabilities.hasPressure,
      schedstat: capabilities.hasSchedStat, symbols: capabilities.hasSymbols, "cgroup-cpu": capabilities.cgroupControllers["cpu"] !== undefined,
      "cgroup-memory": capabilities.cgroupControllers["memory"] !== undefined, "cpu-frequency": capabilities.hasCpuFrequency, "cpu-idle": capabilities.hasCpuIdle,
      swap: capabilities.hasSwap, nvidia: capabilities.hasNvidia, numa: capabilities.numaNodes > 1,
    },
  };
}

/** Owner of one of our instances by its name: `stallscope-<pid>-<starttime>-<what>`. */
export function ownerOfInstance(name: string): { pid: number; startTime: number } | undefined {
  const match = INSTANCE_NAME.exec(name);
  return match === null ? undefined : { pid: Number(match[1]), startTime: Number(match[2]) };
}

export function isOwnerAlive(owner: { pid: number; startTime: number }): boolean {
  const stat = readStat(owner.pid);
  return stat !== undefined && stat.startTime === owner.startTime && stat.state !== "Z";
}

function availableTriggers(readme: string, triggerFile: string): Capabilities["triggers"] {
  const list = /Available triggers:\s*\n#\s*(.*)/.exec(triggerFile)?.[1] ?? readme;
  return { stacktrace: /\bstacktrace\b/.test(list), hist: /\bhist\b/.test(list), snapshot: /\bsnapshot\b/.test(list) };
}

function availableEvents(root: string, text: string): Set<string> {
  if (text !== "") return new Set(text.split("\n").filter((line) => line.includes(":")));
  const events = new Set<string>();
  for (const system of namesIn(join(root, "events"))) for (const event of namesIn(join(root, "events", system))) if (existsSync(join(root, "events", system, event, "format"))) events.add(`${system}:${event}`);
  return events;
}

function otherTracing(tracefs: TracefsState, at: (relative: string) => string): OtherTracing {
  const tracer = at("current_tracer").trim();
  const instances = namesIn(join(tracefs.root, "instances"));
  return {
    topLevelTracer: tracer === "" || tracer === "nop" ? undefined : tracer,
    topLevelEvents: at("set_event").split("\n").filter((line) => line.trim() !== "").length,
    foreignInstances: instances.filter((name) => ownerOfInstance(name) === undefined),
    ownInstances: instances.flatMap((name) => {
      const owner = ownerOfInstance(name);
      return owner === undefined ? [] : [{ name, alive: isOwnerAlive(owner) }];
    }),
  };
}

function hasCapability(bit: bigint): boolean {
  const mask = /^CapEff:\s*([0-9a-f]+)/m.exec(readText("/proc/self/status"))?.[1];
  return mask !== undefined && ((BigInt(`0x${mask}`) >> bit) & 1n) === 1n;
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
