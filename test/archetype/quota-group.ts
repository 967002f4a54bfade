/** How is a CPU quota put on one process for the time of one request, on cgroup v1 or v2? */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CannotInject } from "./injection.ts";

export interface QuotaGroup {
  /** the process with all its threads; UserErrors of the kernel pass through */
  add(pid: number): void;
  /** undefined = no limit */
  limit(quota: { readonly quotaUs: number; readonly periodUs: number } | undefined): void;
  /** ns that the group was not allowed to run although it wanted to */
  throttledNs(): number;
  /** moves its processes back where they came from */
  remove(): void;
}

const V1 = "/sys/fs/cgroup/cpu";
const V2 = "/sys/fs/cgroup";

export function createQuotaGroup(): QuotaGroup {
  const name = `stallscope-archetype-${process.pid}`;
  if (existsSync(join(V1, "cpu.cfs_quota_us"))) return group(V1, name, v1);
  if (existsSync(join(V2, "cgroup.controllers")) && readFileSync(join(V2, "cgroup.subtree_control"), "utf8").split(/\s+/).includes("cpu"))
    return group(V2, name, v2);
  throw new CannotInject("no cgroup hierarchy with the cpu controller is mounted at /sys/fs/cgroup");
}

interface Flavour {
  limit(folder: string, quota: { quotaUs: number; periodUs: number } | undefined): void;
  readonly throttled: { readonly key: string; readonly toNs: number };
}

const v1: Flavour = {
  limit: (folder, quota) => {
    if (quota !== undefined) writeFileSync(join(folder, "cpu.cfs_period_us"), String(quota.periodUs));
    writeFileSync(join(folder, "cpu.cfs_quota_us"), String(quota?.quotaUs ?? -1));
  },
  throttled: { key: "throttled_time", toNs: 1 },
};

const v2: Flavour = {
  limit: (folder, quota) => writeFileSync(join(folder, "cpu.max"), quota === undefined ? "max" : `${quota.quotaUs} ${quota.periodUs}`),
  throttled: { key: "throttled_usec", toNs: 1000 },
};

function group(root: string, name: string, flavour: Flavour): QuotaGroup {
  const folder = join(root, name);
  mkdirSync(folder);
  return {
    add: (pid) => writeFileSync(join(folder, "cgroup.procs"), String(pid)),
    limit: (quota) => flavour.limit(folder, quota),
    throttledNs: () => {
      const line = readFileSync(join(folder, "cpu.stat"), "utf8")
        .split("\n")
        .find((text) => text.startsWith(`${flavour.throttled.key} `));
      if (line === undefined) throw new CannotInject(`${folder}/cpu.stat has no ${flavour.throttled.key}`);
      return Number(line.split(" ")[1]) * flavour.throttled.toNs;
    },
    remove: () => {
      for (const pid of readFileSync(join(folder, "cgroup.procs"), "utf8")
        .split("\n")
        .filter((text) => text !== "")) {
        writeFileSync(join(root, "cgroup.procs"), pid);
      }
      rmdirSync(folder);
    },
  };
}
