/** What are the files called that kernel events name by device and inode? Those that a service maps or has open. */
import { statSync } from "node:fs";
import type { ProcessIdentity } from "../bundle/index.ts";
import { numbersIn, readLink } from "./read-names.ts";
import { readText } from "./tracefs.ts";

/** `DEV:INODE`, the device as the kernel counts it (major << 20 | minor), decimal: as in s_dev and i_ino of events. */
type FileKey = string;

/** In all: weights and libraries, not the thousands of files of a database. */
const MAX_FILES = 2000;

/**
 * Path by FileKey, of regular files only. On overlay and btrfs the device of a mapping is not that of the events: such
 * files stay nameless. Others' files need root or CAP_SYS_PTRACE.
 */
export function readFileIdentities(targets: readonly Pick<ProcessIdentity, "pid">[], procRoot = "/proc"): Record<FileKey, string> {
  const found: Record<FileKey, string> = {};
  let left = MAX_FILES;
  const add = (key: FileKey, path: string): void => {
    if (found[key] !== undefined || left <= 0) return;
    found[key] = path;
    left--;
  };
  for (const { pid } of targets) {
    for (const fd of numbersIn(`${procRoot}/${pid}/fd`)) {
      const path = readLink(`${procRoot}/${pid}/fd/${fd}`);
      const key = path?.startsWith("/") === true ? keyOf(`${procRoot}/${pid}/fd/${fd}`) : undefined;
      if (path !== undefined && key !== undefined) add(key, path);
    }
    // address perms offset major:minor inode path, proc_pid_maps(5); numbers of the device are hexadecimal
    for (const match of readText(`${procRoot}/${pid}/maps`).matchAll(/^\S+ \S+ \S+ ([0-9a-f]+):([0-9a-f]+) (\d+) +(\/.*)$/gm)) {
      add(`${kernelDevice(Number.parseInt(match[1] ?? "", 16), Number.parseInt(match[2] ?? "", 16))}:${match[3]}`, match[4] as string);
    }
  }
  return found;
}

const kernelDevice = (major: number, minor: number): number => major * 2 ** 20 + minor;

function keyOf(path: string): FileKey | undefined {
  try {
    const { dev, ino, mode } = statSync(path, { bigint: true });
    // S_IFMT, S_IFREG
    if ((mode & 0o170000n) !== 0o100000n) return undefined;
    // makedev(3) of glibc: the two numbers are interleaved
    const major = Number(((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n));
    const minor = Number((dev & 0xffn) | ((dev >> 12n) & 0xffffff00n));
    return `${kernelDevice(major, minor)}:${ino}`;
  } catch {
    return undefined;
  }
}
