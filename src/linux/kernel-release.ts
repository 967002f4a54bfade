/** Which kernel is this, and when does it let a running thread be preempted? */
import { readText } from "./tracefs.ts";

export const kernelRelease = (procRoot = "/proc"): string => readText(`${procRoot}/sys/kernel/osrelease`).trim();

/**
 * `rt`, `full`, `voluntary`, `lazy` or `none`; undefined when the kernel does not say: a PREEMPT_DYNAMIC kernel names its
 * current model only in debugfs, and one without preemption says nothing at all.
 */
export function preemptModel(procRoot = "/proc", sysRoot = "/sys"): string | undefined {
  if (readText(`${sysRoot}/kernel/realtime`).trim() === "1") return "rt";
  const current = /\((\w+)\)/.exec(readText(`${sysRoot}/kernel/debug/sched/preempt`))?.[1];
  if (current !== undefined) return current;
  const version = readText(`${procRoot}/version`);
  if (/\bPREEMPT_RT\b/.test(version)) return "rt";
  return /\bPREEMPT\b(?!_)/.test(version) ? "full" : undefined;
}
