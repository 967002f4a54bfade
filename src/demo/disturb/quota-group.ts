/** A cgroup of our own with the service in it, whose CPU time can be limited. Both versions of cgroups. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cgroupOf } from "../../linux/index.ts";

const EMPTY_TIMEOUT_MS = 3000;

export interface QuotaGroup {
  readonly path: string;
  /** undefined = no limit */
  limit(quotaUs: number | undefined): void;
  /** Puts whoever is in it back where the process came from and removes the group. */
  remove(): Promise<void>;
}

/** Throws a plain Error whose message is one sentence. */
export function makeQuotaGroup(pid: number, periodUs: number): QuotaGroup {
  const origin = cgroupOf(pid, "cpu");
  if (origin === undefined) throw new Error("no cgroup hierarchy with the cpu controller is mounted");
  const parent = origin.version === 1 ? origin.path : parentWithCpu(origin.path, origin.mount);
  const path = join(parent, `stallscope-demo-${pid}`);
  mkdirSync(path);
  const limit = (quotaUs: number | undefined): void => {
    if (origin.version === 2) writeFileSync(join(path, "cpu.max"), `${quotaUs ?? "max"} ${periodUs}`);
    else writeFileSync(join(path, "cpu.cfs_quota_us"), String(quotaUs ?? -1));
  };
  const remove = async (): Promise<void> => {
    if (!existsSync(path)) return;
    limit(undefined);
    for (const end = performance.now() + EMPTY_TIMEOUT_MS; ; await sleep(10)) {
      readFileSync(join(path, "cgroup.procs"), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .forEach((member) => moveTo(origin.path, member));
      if (isRemoved(path)) return;
      if (performance.now() > end) throw new Error(`the cgroup ${path} could not be removed`);
    }
  };
  try {
    if (origin.version === 1) writeFileSync(join(path, "cpu.cfs_period_us"), String(periodUs));
    writeFileSync(join(path, "cgroup.procs"), String(pid));
  } catch (error) {
    isRemoved(path);
    throw error;
  }
  return { path, limit, remove };
}

/** In version 2 a group has a cpu.max only when its parent hands the controller on. */
function parentWithCpu(from: string, mount: string): string {
  for (let path = from; path.length >= mount.length; path = dirname(path)) {
    if (readFileSync(join(path, "cgroup.subtree_control"), "utf8").split(/\s+/).includes("cpu")) return path;
  }
  throw new Error("no cgroup above the service hands the cpu controller on");
}

function moveTo(group: string, pid: string): void {
  try {
    writeFileSync(join(group, "cgroup.procs"), pid);
  } catch {
    // it has ended meanwhile
  }
}

function isRemoved(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return !existsSync(path);
  }
}
