/** Which process is this, for good? A pid is reused; pid, start time and boot id together are not. */
import type { ProcessIdentity } from "../bundle/index.ts";
import { bootId, readArgv, readStat } from "./procfs.ts";
import { displayName } from "./program-name.ts";

/** undefined when the process is gone or a zombie. */
export function identify(pid: number, procRoot = "/proc"): ProcessIdentity | undefined {
  const stat = readStat(pid, pid, procRoot);
  if (stat === undefined || stat.state === "Z" || stat.state === "X") return undefined;
  return { pid, startTime: stat.startTime, bootId: bootId(procRoot), comm: stat.comm, name: displayName(readArgv(pid, procRoot), stat.comm) };
}

/** True while the very process, not merely its pid, is there and not a zombie. */
export const isAlive = (
  { pid, startTime, bootId: boot }: Pick<ProcessIdentity, "pid" | "startTime"> & Partial<Pick<ProcessIdentity, "bootId">>,
  procRoot = "/proc",
): boolean => {
  const stat = readStat(pid, pid, procRoot);
  return stat !== undefined && stat.startTime === startTime && stat.state !== "Z" && stat.state !== "X" && (boot === undefined || boot === bootId(procRoot));
};
