/** Where are the control groups, v1 and v2, and which group is a process in? */
import { join } from "node:path";
import { readText } from "./tracefs.ts";

export interface CgroupMount {
  readonly version: 1 | 2;
  readonly path: string;
  /** group of the hierarchy that is mounted there: not `/` in a container without a cgroup namespace of its own */
  readonly root: string;
  /** v1: controllers of this hierarchy; v2: those that its root has */
  readonly controllers: readonly string[];
}

export interface CgroupDirectory {
  readonly version: 1 | 2;
  /** directory of the mount */
  readonly mount: string;
  /** directory of the group, at or below the mount */
  readonly path: string;
}

const V1_CONTROLLERS = new Set([
  "cpu",
  "cpuacct",
  "cpuset",
  "memory",
  "freezer",
  "blkio",
  "pids",
  "devices",
  "perf_event",
  "hugetlb",
  "net_cls",
  "net_prio",
  "rdma",
  "misc",
]);

/** By /proc/self/mountinfo, proc(5): `ID PARENT MAJ:MIN ROOT MOUNTPOINT OPTIONS ... - FSTYPE SOURCE SUPEROPTIONS`. */
export function cgroupMounts(procRoot = "/proc"): CgroupMount[] {
  const mounts: CgroupMount[] = [];
  for (const line of readText(`${procRoot}/self/mountinfo`).split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , root = "", point = ""] = before.split(" ");
    const [type, , options = ""] = after.split(" ");
    if (type !== "cgroup" && type !== "cgroup2") continue;
    const path = unescape(point);
    const controllers =
      type === "cgroup2" ? readText(join(path, "cgroup.controllers")).trim().split(" ") : options.split(",").filter((option) => V1_CONTROLLERS.has(option));
    mounts.push({ version: type === "cgroup2" ? 2 : 1, path, root: unescape(root), controllers: controllers.filter((name) => name !== "") });
  }
  return mounts;
}

/** The kernel writes space, tab, newline and backslash as octal. */
const unescape = (text: string): string => text.replace(/\\([0-7]{3})/g, (_whole, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** The directory of the group that a process is in, for one controller; undefined when that controller is not mounted or the process is gone. */
export function cgroupOf(pid: number, controller: string, procRoot = "/proc", mounts = cgroupMounts(procRoot)): CgroupDirectory | undefined {
  for (const line of readText(`${procRoot}/${pid}/cgroup`).split("\n")) {
    const match = /^\d+:([^:]*):(.*)$/.exec(line);
    if (match === null) continue;
    const [, names = "", group = ""] = match;
    if (names !== "" && !names.split(",").includes(controller)) continue;
    const mount = mounts.find((candidate) => candidate.version === (names === "" ? 2 : 1) && candidate.controllers.includes(controller));
    if (mount !== undefined) return { version: mount.version, mount: mount.path, path: below(mount, group) };
  }
  return undefined;
}

/** A group outside of what is mounted (`/../x` from inside a cgroup namespace) is shown by the mount's own group. */
function below({ path, root }: CgroupMount, group: string): string {
  const relative = root !== "/" && (group === root || group.startsWith(`${root}/`)) ? group.slice(root.length) : group;
  return relative.split("/").includes("..") ? path : join(path, relative).replace(/\/$/, "");
}

/** From the group up to the mount. A limit may sit on any of them. */
export function withAncestors({ mount, path }: CgroupDirectory): string[] {
  const found = [path];
  for (let current = path; current.length > mount.length; found.push(current)) current = current.slice(0, current.lastIndexOf("/"));
  return found;
}

/** Controllers that the kernel has and did not switch off, mounted or not (/proc/cgroups: name, hierarchy, groups, enabled). */
export function cgroupControllersBuilt(procRoot = "/proc"): ReadonlySet<string> {
  return new Set([...readText(`${procRoot}/cgroups`).matchAll(/^(\w+)\s+\d+\s+\d+\s+1$/gm)].map((match) => match[1] as string));
}
