/** What may this process do? Effective capabilities, not the user id: root in a container often lacks them. */
import { readStatus } from "./procfs.ts";
import { readText } from "./tracefs.ts";

/** Bits of include/uapi/linux/capability.h */
const BITS = {
  CAP_DAC_OVERRIDE: 1n,
  CAP_DAC_READ_SEARCH: 2n,
  CAP_SYS_PTRACE: 19n,
  CAP_SYS_ADMIN: 21n,
  CAP_SYS_NICE: 23n,
  CAP_SYSLOG: 34n,
  CAP_PERFMON: 38n,
} as const;

export type RightName = keyof typeof BITS;

export interface ProcessRights {
  readonly isRoot: boolean;
  readonly effective: ReadonlySet<RightName>;
  /** in a user namespace of its own, where these rights do not reach tracefs */
  readonly isInUserNamespace: boolean;
}

export function readProcessRights(procRoot = "/proc"): ProcessRights {
  const status = readStatus("self", procRoot);
  const mask = status.get("CapEff") ?? "";
  const bits = /^[0-9a-f]+$/i.test(mask) ? BigInt(`0x${mask}`) : 0n;
  return {
    // Uid: real, effective, saved, file system
    isRoot: status.get("Uid")?.split(/\s+/)[1] === "0",
    effective: new Set((Object.keys(BITS) as RightName[]).filter((name) => ((bits >> BITS[name]) & 1n) === 1n)),
    // the initial namespace maps all 2^32 - 1 ids to themselves
    isInUserNamespace: !/^\s*0\s+0\s+4294967295\s*$/.test(readText(`${procRoot}/self/uid_map`) || "0 0 4294967295"),
  };
}
