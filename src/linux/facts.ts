/** Which settings explain a finding and do not change while tracing? */
import type { ProcessIdentity } from "../bundle/index.ts";
import { cgroupOf } from "./cgroup-mounts.ts";
import { readStat, readStatus, type ProcStat } from "./procfs.ts";
import { namesIn } from "./read-names.ts";
import { tasksOf } from "./threads.ts";
import { readText } from "./tracefs.ts";

/** sched(7) */
const POLICIES = ["SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH", "", "SCHED_IDLE", "SCHED_DEADLINE", "SCHED_EXT"];

const MACHINE: readonly (readonly [name: string, root: "proc" | "sys", path: string])[] = [
  ["transparent_hugepage", "sys", "kernel/mm/transparent_hugepage/enabled"],
  ["transparent_hugepage.defrag", "sys", "kernel/mm/transparent_hugepage/defrag"],
  ["governor", "sys", "devices/system/cpu/cpu0/cpufreq/scaling_governor"],
  // the frequency that a CPU can reach, kHz
  ["cpu_max_khz", "sys", "devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq"],
  ["isolated_cpus", "sys", "devices/system/cpu/isolated"],
  ["smt", "sys", "devices/system/cpu/smt/control"],
  ["swappiness", "proc", "sys/vm/swappiness"],
  ["dirty_ratio", "proc", "sys/vm/dirty_ratio"],
  ["dirty_background_ratio", "proc", "sys/vm/dirty_background_ratio"],
  ["min_free_kbytes", "proc", "sys/vm/min_free_kbytes"],
  ["zone_reclaim_mode", "proc", "sys/vm/zone_reclaim_mode"],
  ["numa_balancing", "proc", "sys/kernel/numa_balancing"],
];

/**
 * Settings of the machine by name, and of each target as `PID.name`: `cpus_allowed` (a list such as `0-1,4`), `policy`, `nice`,
 * `rt_priority` (real-time only), `mems_allowed`, `swapped`, `threads`, `cgroup.cpu`, `cgroup.memory`; `TID.cpus_allowed` where a
 * thread's differs; `cpuN.max_khz` where a CPU's differs. What cannot be read is absent.
 */
export function readFacts(targets: readonly Pick<ProcessIdentity, "pid">[], procRoot = "/proc", sysRoot = "/sys"): Record<string, string> {
  const facts: Record<string, string> = {};
  for (const [name, root, path] of MACHINE) put(facts, name, readText(`${root === "proc" ? procRoot : sysRoot}/${path}`));
  putOtherMaxima(facts, sysRoot);
  for (const name of namesIn(`${procRoot}/sys/kernel`)) if (name.startsWith("sched_")) put(facts, name, readText(`${procRoot}/sys/kernel/${name}`));
  for (const { pid } of targets) {
    const stat = readStat(pid, pid, procRoot);
    if (stat === undefined) continue;
    const status = readStatus(pid, procRoot);
    put(facts, `${pid}.cpus_allowed`, status.get("Cpus_allowed_list"));
    put(facts, `${pid}.mems_allowed`, status.get("Mems_allowed_list"));
    put(facts, `${pid}.swapped`, status.get("VmSwap"));
    const tasks = tasksOf(pid, procRoot);
    put(facts, `${pid}.threads`, String(tasks.length));
    putOtherAffinities(facts, pid, tasks, procRoot);
    putPolicy(facts, pid, stat);
    for (const controller of ["cpu", "memory"]) put(facts, `${pid}.cgroup.${controller}`, cgroupOf(pid, controller, procRoot)?.path);
  }
  return facts;
}

/** Hybrid machines have CPUs of several kinds: those that differ from CPU 0. */
function putOtherMaxima(facts: Record<string, string>, sysRoot: string): void {
  for (const name of namesIn(`${sysRoot}/devices/system/cpu`)) {
    const khz = /^cpu\d+$/.test(name) ? readText(`${sysRoot}/devices/system/cpu/${name}/cpufreq/cpuinfo_max_freq`).trim() : "";
    if (khz !== "" && khz !== facts["cpu_max_khz"]) put(facts, `${name}.max_khz`, khz);
  }
}

/** A pool may pin its threads one by one: those that differ from the process's first thread. */
function putOtherAffinities(facts: Record<string, string>, pid: number, tasks: readonly number[], procRoot: string): void {
  for (const tid of tasks) {
    const allowed = /^Cpus_allowed_list:\s*(.*)$/m.exec(readText(`${procRoot}/${pid}/task/${tid}/status`))?.[1];
    if (tid !== pid && allowed !== undefined && allowed !== facts[`${pid}.cpus_allowed`]) put(facts, `${tid}.cpus_allowed`, allowed);
  }
}

function putPolicy(facts: Record<string, string>, pid: number, { policy, nice, priority }: ProcStat): void {
  put(facts, `${pid}.policy`, POLICIES[policy] ?? "");
  put(facts, `${pid}.nice`, String(nice));
  // proc(5): field 18 is -1 - rt_priority under a real-time policy
  if (policy === 1 || policy === 2) put(facts, `${pid}.rt_priority`, String(-priority - 1));
}

function put(facts: Record<string, string>, name: string, text: string | undefined): void {
  const trimmed = text?.trim() ?? "";
  if (trimmed !== "") facts[name] = trimmed;
}
