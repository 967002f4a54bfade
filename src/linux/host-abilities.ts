/** What else can this machine show? Counters of /proc and cgroups, and the hardware that some causes need. */
import { existsSync } from "node:fs";
import { cgroupControllersBuilt, cgroupMounts } from "./cgroup-mounts.ts";
import type { HostAbilityId, MissingReason } from "./capability-ids.ts";
import { hasSymbols } from "./kernel-symbols.ts";
import type { ProcessRights } from "./process-rights.ts";
import { readPressureOrWhy } from "./psi.ts";
import { namesIn } from "./read-names.ts";
import { readText } from "./tracefs.ts";

export interface HostAbilities {
  /** controller -> version of the hierarchy it is in */
  readonly cgroupControllers: Readonly<Record<string, 1 | 2>>;
  readonly cgroupMounts: readonly { readonly version: 1 | 2; readonly path: string }[];
  readonly numaNodes: number;
  /** virtual machine by the CPU's own flag; undefined where CPUs have none (not x86) */
  readonly isVirtual: boolean | undefined;
  /** real-time budgets per group (v1 cpu.rt_runtime_us): chrt fails in a group whose budget is 0 */
  readonly hasRealTimeGroups: boolean;
  /** /proc/schedstat: wait times of whole CPUs */
  readonly hasHostSchedStat: boolean;
  readonly missing: Partial<Readonly<Record<HostAbilityId, MissingReason>>>;
}

export interface HostRoots {
  readonly procRoot: string;
  readonly sysRoot: string;
  readonly devRoot: string;
}

export function probeHost({ procRoot, sysRoot, devRoot }: HostRoots, rights: ProcessRights): HostAbilities {
  const mounts = cgroupMounts(procRoot);
  const built = cgroupControllersBuilt(procRoot);
  const cgroupControllers: Record<string, 1 | 2> = {};
  // a controller is in one hierarchy only; v1 mounts of one that v2 has do not exist
  for (const { version, controllers } of mounts) for (const name of controllers) cgroupControllers[name] ??= version;
  const numaNodes = namesIn(`${sysRoot}/devices/system/node`).filter((name) => /^node\d+$/.test(name)).length;
  const isVirtual = isVirtualMachine(procRoot);
  const missing: Partial<Record<HostAbilityId, MissingReason>> = {};
  const lacks = (id: HostAbilityId, reason: MissingReason | undefined): void => {
    if (reason !== undefined) missing[id] = reason;
  };
  lacks("pressure", readPressureOrWhy(procRoot).why);
  lacks("schedstat", readText(`${procRoot}/self/schedstat`) === "" ? "not-built" : undefined);
  lacks("symbols", hasSymbols(procRoot));
  lacks("others-descriptors", rights.effective.has("CAP_SYS_PTRACE") ? undefined : "no-permission");
  for (const name of ["cpu", "memory", "freezer", "cpuset"] as const) {
    // v2 freezes groups without a controller
    const isThere = cgroupControllers[name] !== undefined || (name === "freezer" && mounts.some(({ version }) => version === 2));
    lacks(`cgroup-${name}`, isThere ? undefined : built.has(name) ? "not-mounted" : "not-built");
  }
  lacks("cpu-frequency", existsSync(`${sysRoot}/devices/system/cpu/cpu0/cpufreq/scaling_governor`) ? undefined : "no-hardware");
  lacks("cpu-idle", existsSync(`${sysRoot}/devices/system/cpu/cpu0/cpuidle/state1`) ? undefined : "no-hardware");
  lacks("steal", isVirtual === false ? "no-hardware" : undefined);
  lacks("swap", readText(`${procRoot}/swaps`).trim().split("\n").length > 1 ? undefined : "no-hardware");
  lacks("numa", numaNodes > 1 ? undefined : "no-hardware");
  lacks("gpu", hasGpu(devRoot) || existsSync(`${procRoot}/driver/nvidia/version`) ? undefined : "no-hardware");
  return {
    cgroupControllers,
    numaNodes,
    isVirtual,
    missing,
    cgroupMounts: mounts.map(({ version, path }) => ({ version, path })),
    hasRealTimeGroups: mounts.some(({ version, path, controllers }) => version === 1 && controllers.includes("cpu") && existsSync(`${path}/cpu.rt_runtime_us`)),
    hasHostSchedStat: existsSync(`${procRoot}/schedstat`),
  };
}

/** NVIDIA's driver, AMD's compute driver, or a render node of any. */
const hasGpu = (devRoot: string): boolean =>
  existsSync(`${devRoot}/nvidiactl`) || existsSync(`${devRoot}/kfd`) || namesIn(`${devRoot}/dri`).some((name) => name.startsWith("renderD"));

function isVirtualMachine(procRoot: string): boolean | undefined {
  const flags = /^flags\s*:(.*)$/m.exec(readText(`${procRoot}/cpuinfo`))?.[1];
  return flags === undefined ? undefined : /\bhypervisor\b/.test(flags);
}
