/**
 * Which probes on functions are ours, and how do they go? Their definitions are the whole machine's, in groups that are named
 * after their owner as instances are: `stallscope_PID_STARTTIME_WHAT`. Documentation/trace/kprobetrace.rst.
 */
import { appendFileSync } from "node:fs";
import { ownerOfInstance, type InstanceOwner } from "./own-instances.ts";
import { errorCode, readText, type Tracefs } from "./tracefs.ts";

const PROBES = "kprobe_events";

/** Of an instance of ours. Only letters, digits and _ are allowed. */
export const probeGroupOf = (instance: string): string => instance.replace(/\W/g, "_");

/** undefined for a group that is not ours. */
export const ownerOfProbes = (group: string): InstanceOwner | undefined => ownerOfInstance(group.replaceAll("_", "-"));

/** Of ours and of nobody else: what kprobe_events has, e.g. `p:GROUP/EVENT vfs_read`, `r64:GROUP/EVENT vfs_read`. */
export function ownProbes(tracefs: Tracefs): { readonly group: string; readonly event: string }[] {
  const lines = readText(tracefs.path(PROBES)).split("\n");
  return lines.flatMap((line) => {
    const [, group = "", event = ""] = /^[pr]\d*:([^/\s]+)\/(\S+)/.exec(line) ?? [];
    return ownerOfProbes(group) === undefined ? [] : [{ group, event }];
  });
}

/** Opened for writing without O_APPEND the file loses everybody's probes. Throws what the kernel says. */
export const writeProbe = (tracefs: Tracefs, line: string): void => appendFileSync(tracefs.path(PROBES), `${line}\n`);

/** undefined = all of the group are gone, else why not: EBUSY while an instance has one enabled. */
export function removeProbes(tracefs: Tracefs, group: string): string | undefined {
  let why: string | undefined;
  for (const { event } of ownProbes(tracefs).filter((probe) => probe.group === group)) {
    try {
      writeProbe(tracefs, `-:${group}/${event}`);
    } catch (error) {
      // ENOENT: somebody else of ours was faster
      if (errorCode(error) !== "ENOENT") why = errorCode(error);
    }
  }
  return why;
}
