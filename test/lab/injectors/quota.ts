/** A CPU quota, as a container's limit is, holds the service back for one request. */
import type { Injector } from "../types.ts";
import { CannotInject } from "../types.ts";
import { createOwnGroup, type OwnGroup } from "./own-group.ts";

export interface QuotaOptions {
  /** of each period; 25 000 of 100 000 is what `--cpus 0.25` gives */
  readonly quotaUs: number;
  readonly periodUs: number;
}

export const quota =
  (options: QuotaOptions): Injector =>
  async (service) => {
    const group = createOwnGroup("cpu", { v1: "cpu", v2: "cpu" });
    try {
      group.add(service.pids());
    } catch (error) {
      group.remove();
      throw error;
    }
    let before = 0;
    return {
      begin: async () => {
        before = throttledNs(group);
        limit(group, options);
      },
      end: async () => {
        limit(group, undefined);
        return { causes: ["cfs-quota"], culprits: [], costNs: throttledNs(group) - before, costOf: "verdict", how: "throttled time of the service's cgroup" };
      },
      dispose: async () => group.remove(),
    };
  };

function limit(group: OwnGroup, quotaOrNone: QuotaOptions | undefined): void {
  if (group.version === 2) return group.write("cpu.max", quotaOrNone === undefined ? "max" : `${quotaOrNone.quotaUs} ${quotaOrNone.periodUs}`);
  if (quotaOrNone !== undefined) group.write("cpu.cfs_period_us", String(quotaOrNone.periodUs));
  group.write("cpu.cfs_quota_us", String(quotaOrNone?.quotaUs ?? -1));
}

/** ns that the group was not allowed to run although it wanted to */
function throttledNs(group: OwnGroup): number {
  const [key, toNs] = group.version === 1 ? (["throttled_time", 1] as const) : (["throttled_usec", 1000] as const);
  const line = group
    .read("cpu.stat")
    .split("\n")
    .find((text) => text.startsWith(`${key} `));
  if (line === undefined) throw new CannotInject(`cpu.stat has no ${key} here`);
  return Number(line.split(" ")[1]) * toNs;
}
