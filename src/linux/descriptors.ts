/** What do the numbers in syscalls and block events stand for? Descriptors by process, devices by number. */
import { basename } from "node:path";
import type { ProcessIdentity } from "../bundle/index.ts";
import { namesIn, numbersIn, readLink } from "./read-names.ts";
import { readText } from "./tracefs.ts";

/** In all: the names are for pipes, sockets and files of a service, not for the thousands of connections of a proxy. */
const MAX_DESCRIPTORS = 2000;

/**
 * `pid/fd` -> link text: `socket:[INODE]`, `pipe:[INODE]`, `anon_inode:[eventfd]`, a path. Lowest numbers first (stdout, logs,
 * listening sockets are opened early). Others' descriptors need root or CAP_SYS_PTRACE: without they are absent.
 */
export function readDescriptors(targets: readonly Pick<ProcessIdentity, "pid">[], procRoot = "/proc"): Record<string, string> {
  const found: Record<string, string> = {};
  let count = 0;
  for (const [index, { pid }] of targets.entries()) {
    // what is left is shared by the targets that are left
    const share = Math.floor((MAX_DESCRIPTORS - count) / (targets.length - index));
    for (const fd of numbersIn(`${procRoot}/${pid}/fd`)
      .sort((a, b) => a - b)
      .slice(0, share)) {
      const link = readLink(`${procRoot}/${pid}/fd/${fd}`);
      if (link === undefined) continue;
      found[`${pid}/${fd}`] = link;
      count++;
    }
  }
  return found;
}

/** Block devices, "major:minor" -> name such as `sda1`, by /sys/dev/block, else by /proc/partitions. */
export function readDevices(procRoot = "/proc", sysRoot = "/sys"): Record<string, string> {
  const found: Record<string, string> = {};
  for (const number of namesIn(`${sysRoot}/dev/block`)) {
    const link = readLink(`${sysRoot}/dev/block/${number}`);
    if (link !== undefined) found[number] = basename(link);
  }
  if (Object.keys(found).length > 0) return found;
  for (const match of readText(`${procRoot}/partitions`).matchAll(/^\s*(\d+)\s+(\d+)\s+\d+\s+(\S+)$/gm)) found[`${match[1]}:${match[2]}`] = match[3] as string;
  return found;
}
