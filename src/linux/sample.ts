/** What do the counters say now? Taken before and after requests, never inside: reading /proc is not free. */
import { readdirSync, readFileSync } from "node:fs";
import type { ProcessIdentity, Sample } from "../bundle/index.ts";
import { keyed, sampleCgroups } from "./cgroup.ts";
import { readLink, readSchedStat, readStat, tasksOf } from "./procfs.ts";
import { readText } from "./tracefs.ts";

const VMSTAT = /^(pgmajfault|pswpin|pswpout|workingset_refault_(file|anon)|allocstall_\w+|compact_stall|oom_kill|pgscan_direct|pgsteal_(kswapd|direct)|nr_dirty|nr_writeback)$/;

/** A counter that the host does not have is absent, never 0. */
export function takeSample(targets: readonly ProcessIdentity[], at: bigint = process.hrtime.bigint()): Sample {
  const pressure = readPressure();
  const vmstat = Object.fromEntries(Object.entries(keyed(readText("/proc/vmstat"))).filter(([name]) => VMSTAT.test(name)));
  const cgroups = sampleCgroups(targets);
  const schedstat = targets.flatMap(({ pid }) =>
    tasksOf(pid).flatMap((tid) => {
      const stat = readSchedStat(pid, tid);
      return stat === undefined ? [] : [{ tid, ...stat }];
    }),
  );
  const steal = /^cpu\s+(?:\d+ ){7}(\d+)/m.exec(readText("/proc/stat"))?.[1];
  return {
    at: at.toString(),
    ...(pressure === undefined ? {} : { pressure }),
    ...(Object.keys(vmstat).length === 0 ? {} : { vmstat }),
    ...(cgroups.length === 0 ? {} : { cgroups }),
    ...(schedstat.length === 0 ? {} : { schedstat }),
    ...(steal === undefined ? {} : { stealTicks: Number(steal) }),
  };
}

/** Totals in us of /proc/pressure; undefined without PSI. */
export function readPressure(procRoot = "/proc"): Record<string, { some: number; full?: number }> | undefined {
  const found: Record<string, { some: number; full?: number }> = {};
  for (const name of ["cpu", "memory", "io"]) {
    const text = readText(`${procRoot}/pressure/${name}`);
    const some = /^some .*total=(\d+)/m.exec(text)?.[1];
    const full = /^full .*total=(\d+)/m.exec(text)?.[1];
    if (some !== undefined) found[name] = { some: Number(some), ...(full === undefined ? {} : { full: Number(full) }) };
  }
  return Object.keys(found).length === 0 ? undefined : found;
}

/** Settings that explain a finding and do not change while tracing. */
export function readFacts(targets: readonly ProcessIdentity[]): Record<string, string> {
  const facts: Record<string, string> = {};
  const put = (name: string, path: string): void => {
    const text = readText(path).trim();
    if (text !== "") facts[name] = text;
  };
  put("transparent_hugepage", "/sys/kernel/mm/transparent_hugepage/enabled");
  put("swappiness", "/proc/sys/vm/swappiness");
  put("sched_rt_runtime_us", "/proc/sys/kernel/sched_rt_runtime_us");
  put("sched_autogroup_enabled", "/proc/sys/kernel/sched_autogroup_enabled");
  put("governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  for (const { pid } of targets) {
    const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(readText(`/proc/${pid}/status`))?.[1];
    const stat = readStat(pid);
    if (allowed !== undefined) facts[`${pid}.cpus_allowed`] = allowed;
    if (stat !== undefined) facts[`${pid}.nice`] = String(stat.nice);
    if (stat !== undefined) facts[`${pid}.policy`] = String(stat.policy);
  }
  return facts;
}

/** A process with more descriptors than this keeps them on sockets nobody asks about. */
const MAX_DESCRIPTORS = 2000;

/** `pid/fd` -> what it is open on. */
export function readDescriptors(targets: readonly ProcessIdentity[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { pid } of targets) {
    let names: string[];
    try {
      names = readdirSync(`/proc/${pid}/fd`).slice(0, MAX_DESCRIPTORS);
    } catch {
      continue;
    }
    for (const name of names) {
      const link = readLink(`/proc/${pid}/fd/${name}`);
      if (link !== undefined) found[`${pid}/${name}`] = link;
    }
  }
  return found;
}

/** "major:minor" -> device name. */
export function readDevices(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const line of readTextLines("/proc/partitions")) {
    const match = /^\s*(\d+)\s+(\d+)\s+\d+\s+(\S+)$/.exec(line);
    if (match !== null) found[`${match[1]}:${match[2]}`] = match[3] as string;
  }
  return found;
}

function readTextLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch {
    return [];
  }
}
