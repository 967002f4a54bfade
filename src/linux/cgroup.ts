/** Which CPU and memory limits hold a process, and how often did they bite? cgroup v1 and v2, ancestors included. */
import { dirname, join } from "node:path";
import type { CgroupSample, ProcessIdentity } from "../bundle/index.ts";
import { readText } from "./tracefs.ts";

export interface CgroupMount {
  readonly version: 1 | 2;
  readonly path: string;
  /** v1: controllers of this hierarchy; v2: those enabled at its root */
  readonly controllers: readonly string[];
}

export function cgroupMounts(procRoot = "/proc"): CgroupMount[] {
  const mounts: CgroupMount[] = [];
  for (const line of readText(`${procRoot}/self/mounts`).split("\n")) {
    const [, path = "", type, options = ""] = line.split(" ");
    if (type === "cgroup2") mounts.push({ version: 2, path, controllers: readText(join(path, "cgroup.controllers")).trim().split(" ").filter((name) => name !== "") });
    else if (type === "cgroup") mounts.push({ version: 1, path, controllers: options.split(",").filter((option) => /^(cpu|cpuacct|memory|freezer|cpuset|blkio|pids)$/.test(option)) });
  }
  return mounts;
}

/** The directory of the group a process is in, for one controller; undefined when that controller is not mounted. */
export function cgroupOf(pid: number, controller: string, procRoot = "/proc"): { version: 1 | 2; mount: string; path: string } | undefined {
  const mounts = cgroupMounts(procRoot);
  for (const line of readText(`${procRoot}/${pid}/cgroup`).split("\n")) {
    const match = /^\d+:([^:]*):(.*)$/.exec(line);
    if (match === null) continue;
    const [, names = "", path = ""] = match;
    if (names === "") {
      const mount = mounts.find((candidate) => candidate.version === 2 && candidate.controllers.includes(controller));
      if (mount !== undefined) return { version: 2, mount: mount.path, path: join(mount.path, path) };
    } else if (names.split(",").includes(controller)) {
      const mount = mounts.find((candidate) => candidate.version === 1 && candidate.controllers.includes(controller));
      if (mount !== undefined) return { version: 1, mount: mount.path, path: join(mount.path, path) };
    }
  }
  return undefined;
}

/** Every group on the way from a target's to the root that has CPU bandwidth files. */
export function sampleCgroups(targets: readonly ProcessIdentity[], procRoot = "/proc"): CgroupSample[] {
  const pidsOf = new Map<string, { version: 1 | 2; pids: number[] }>();
  for (const { pid } of targets) {
    const group = cgroupOf(pid, "cpu", procRoot);
    if (group === undefined) continue;
    for (let path = group.path; ; path = dirname(path)) {
      const entry = pidsOf.get(path) ?? { version: group.version, pids: [] };
      pidsOf.set(path, entry);
      entry.pids.push(pid);
      if (path === group.mount || path.length <= group.mount.length) break;
    }
  }
  return [...pidsOf].flatMap(([path, { version, pids }]) => readGroup(path, version, pids));
}

function readGroup(path: string, version: 1 | 2, pids: readonly number[]): CgroupSample[] {
  const stat = keyed(readText(join(path, "cpu.stat")));
  const [quotaUs, periodUs] = version === 1 ? [positive(readText(join(path, "cpu.cfs_quota_us"))), positive(readText(join(path, "cpu.cfs_period_us")))] : quotaV2(readText(join(path, "cpu.max")));
  const throttledNs = version === 1 ? stat["throttled_time"] : stat["throttled_usec"] === undefined ? undefined : stat["throttled_usec"] * 1000;
  if (stat["nr_periods"] === undefined && quotaUs === undefined) return [];
  const memory = version === 2 ? keyed(readText(join(path, "memory.events"))) : {};
  return [{
    path, version, pids,
    ...(quotaUs === undefined ? {} : { quotaUs }),
    ...(periodUs === undefined ? {} : { periodUs }),
    ...(stat["nr_periods"] === undefined ? {} : { nrPeriods: stat["nr_periods"] }),
    ...(stat["nr_throttled"] === undefined ? {} : { nrThrottled: stat["nr_throttled"] }),
    ...(throttledNs === undefined ? {} : { throttledNs }),
    ...(Object.keys(memory).length === 0 ? {} : { memoryEvents: memory }),
  }];
}

const positive = (text: string): number | undefined => (Number(text.trim()) > 0 ? Number(text.trim()) : undefined);

function quotaV2(text: string): [number | undefined, number | undefined] {
  const [quota, period] = text.trim().split(" ");
  return quota === undefined || quota === "max" || quota === "" ? [undefined, undefined] : [Number(quota), Number(period)];
}

/** Lines `key value` with whole numbers. */
export function keyed(text: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const match of text.matchAll(/^(\S+) (\d+)$/gm)) found[match[1] as string] = Number(match[2]);
  return found;
}
