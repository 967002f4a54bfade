/** What is possible on this host, what is missing, what does each lack cost and what would mend it? Plain data, also for --json. */
import type { HostInfo } from "../../bundle/index.ts";
import { printable } from "../../base/index.ts";
import {
  CAPABILITY_IDS,
  hostInfo,
  isCapable,
  MOUNT_COMMAND,
  probeCapabilities,
  isForTopLevelOnly,
  substituteOf,
  type Substitute,
  TRACER_NAMES,
  type Capabilities,
  type CapabilityId,
  type MissingReason,
  type ProbeOptions,
  type TracerName,
} from "../../linux/index.ts";
import type { CauseId } from "../../result/index.ts";
import { COSTS } from "./costs.ts";
import { doctorMessage, mendText, whyText } from "./message.ts";
import { mendOf, type Mend } from "./mends.ts";
import type { OtherTracer } from "./other-tracer.ts";

export interface DoctorCheck {
  readonly id: CapabilityId;
  /** `missing`: causes can no longer be told; `limited`: they can, with less certainty, or nothing is lost but comfort */
  readonly state: "ok" | "missing" | "limited";
  /** what it is for, English */
  readonly what: string;
  /** causes that cannot be told without it; [] when it is there */
  readonly costs: readonly CauseId[];
  /** causes that can be told only with `medium` confidence or less exactly without it; [] when it is there */
  readonly weakens: readonly CauseId[];
  readonly reason?: MissingReason;
  /** what would bring it, English; a command where one will do. Absent when that shows only once tracefs can be used */
  readonly mend?: string;
  /** `mend` as data */
  readonly mendBy?: Mend;
  /** one more sentence of what was found, English */
  readonly detail?: string;
}

/** One of the kernel's own tracers, for `--tracer`. */
export interface DoctorTracer {
  readonly tracer: TracerName;
  /** `top-level-only`: for the whole machine, which is not ours to trace */
  readonly state: "ready" | "top-level-only" | MissingReason;
  /** what answers the same where it cannot run; `instead` says it in English */
  readonly substitute: Substitute;
  readonly instead: string;
}

export interface DoctorReport {
  /** a request can be captured, and no cause is out of reach for a reason that could be mended */
  readonly ok: boolean;
  readonly canCapture: boolean;
  readonly host: HostInfo & { readonly preempt?: string; readonly virtual?: boolean; readonly tracefs: string };
  readonly checks: readonly DoctorCheck[];
  readonly tracers: readonly DoctorTracer[];
  readonly otherTracers: readonly OtherTracer[];
}

/** Without these there is no account of a request at all. */
export const ESSENTIAL: readonly CapabilityId[] = ["tracefs", "mono-clock", "sched-events"];

/** Looks at the machine. Never throws, changes nothing. */
export const doctorReport = (options: ProbeOptions = {}): DoctorReport => doctorReportOf(probeCapabilities(options));

export function doctorReportOf(capabilities: Capabilities): DoctorReport {
  const { preempt, isVirtual, tracefs } = capabilities;
  const checks = CAPABILITY_IDS.map((id) => checkOf(id, capabilities));
  const canCapture = ESSENTIAL.every((id) => isCapable(capabilities, id));
  return {
    ok: canCapture && checks.every(({ state, reason }) => state !== "missing" || reason === "no-hardware"),
    canCapture,
    host: {
      ...hostInfo(capabilities),
      ...(preempt === undefined ? {} : { preempt }),
      ...(isVirtual === undefined ? {} : { virtual: isVirtual }),
      tracefs: tracefs.root,
    },
    checks,
    tracers: TRACER_NAMES.map((tracer) => tracerOf(tracer, capabilities)),
    otherTracers: otherTracers(capabilities),
  };
}

function checkOf(id: CapabilityId, capabilities: Capabilities): DoctorCheck {
  const what = doctorMessage("en", `check.${id}`);
  const reason = capabilities.missing[id];
  if (reason === undefined) {
    if (id !== "tracefs" || !capabilities.isAtDebugfs) return { id, state: "ok", what, costs: [], weakens: [] };
    const mendBy: Mend = { kind: "command", command: capabilities.rights.isRoot ? MOUNT_COMMAND : `sudo ${MOUNT_COMMAND}` };
    return { id, state: "limited", what, costs: [], weakens: [], mend: mendText("en", mendBy), mendBy, detail: doctorMessage("en", "at-debugfs") };
  }
  const { unprovable, weakened } = COSTS[id];
  const mendBy = mendOf(id, reason, capabilities);
  const detail =
    id === "tracefs" && capabilities.tracefs.kind !== "ok" ? `${capabilities.tracefs.root}: ${capabilities.tracefs.detail}` : whyText("en", reason);
  return {
    id,
    state: unprovable.length > 0 ? "missing" : "limited",
    what,
    costs: unprovable,
    weakens: weakened,
    reason,
    ...(mendBy === undefined ? {} : { mend: mendText("en", mendBy), mendBy }),
    detail: printable(detail),
  };
}

function tracerOf(tracer: TracerName, { kernel, tracers, missing }: Capabilities): DoctorTracer {
  const lacks = missing.tracefs ?? (tracers.length === 0 ? "unseen" : "not-built");
  const has = isForTopLevelOnly(tracer, kernel) ? "top-level-only" : "ready";
  const substitute = substituteOf(tracer, missing.kprobes === undefined);
  return { tracer, state: tracers.includes(tracer) ? has : lacks, substitute, instead: doctorMessage("en", `instead.${substitute}`) };
}

function otherTracers({ others, rights }: Capabilities): OtherTracer[] {
  const janitor = `${rights.isRoot ? "" : "sudo "}stallscope janitor`;
  return [
    ...(others.topLevelTracer === undefined ? [] : [{ kind: "tracer" as const, name: others.topLevelTracer }]),
    ...(others.isTopLevelOff ? [{ kind: "off" as const, name: "tracing_on" }] : []),
    ...(others.topLevelEvents === 0 ? [] : [{ kind: "events" as const, name: String(others.topLevelEvents) }]),
    ...(others.probes === 0 ? [] : [{ kind: "probes" as const, name: String(others.probes) }]),
    ...others.foreignInstances.map((name) => ({ kind: "instance" as const, name })),
    ...others.ownInstances.map(({ name, alive }) => (alive ? { kind: "own-running" as const, name } : { kind: "own-left" as const, name, mend: janitor })),
  ];
}
