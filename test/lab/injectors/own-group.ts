/** How is a service put into a control group of our own for the time of a run, on cgroup v1 or v2? */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CannotInject } from "../types.ts";
import { isOrphan, ownName } from "./own-names.ts";

export interface OwnGroup {
  readonly version: 1 | 2;
  add(pids: readonly number[]): void;
  read(file: string): string;
  write(file: string, value: string): void;
  path(file: string): string;
  /** moves its processes back where they came from */
  remove(): void;
}

const MOUNT = "/sys/fs/cgroup";

/** `controller` by its name in v1 and in v2 (undefined: part of v2's core). */
export function createOwnGroup(what: string, controller: { readonly v1: string; readonly v2: string | undefined }): OwnGroup {
  const v1 = join(MOUNT, controller.v1);
  if (existsSync(join(v1, "cgroup.procs"))) return group(v1, what, 1);
  const v2 = MOUNT;
  if (existsSync(join(v2, "cgroup.controllers"))) {
    const delegated = readFileSync(join(v2, "cgroup.subtree_control"), "utf8").trim().split(/\s+/);
    if (controller.v2 === undefined || delegated.includes(controller.v2)) return group(v2, what, 2);
  }
  throw new CannotInject(`no cgroup hierarchy with the ${controller.v1} controller is mounted at ${MOUNT}`);
}

function group(root: string, what: string, version: 1 | 2): OwnGroup {
  for (const name of readdirSync(root).filter(isOrphan)) dissolve(root, name);
  const name = ownName(what);
  const folder = join(root, name);
  mkdirSync(folder);
  const from = new Map<number, string>();
  return {
    version,
    add: (pids) => {
      for (const pid of pids) {
        from.set(pid, groupOf(pid, root, version));
        writeFileSync(join(folder, "cgroup.procs"), String(pid));
      }
    },
    read: (file) => readFileSync(join(folder, file), "utf8"),
    write: (file, value) => writeFileSync(join(folder, file), value),
    path: (file) => join(folder, file),
    remove: () => {
      for (const [pid, home] of from) if (existsSync(`/proc/${pid}`)) writeFileSync(join(root, home, "cgroup.procs"), String(pid));
      dissolve(root, name);
    },
  };
}

/** What is still in it, a child of the service for instance, goes to the root of the hierarchy. */
function dissolve(root: string, name: string): void {
  const folder = join(root, name);
  for (const pid of readFileSync(join(folder, "cgroup.procs"), "utf8").split("\n").filter(Boolean)) writeFileSync(join(root, "cgroup.procs"), pid);
  rmdirSync(folder);
}

/** Lines of /proc/PID/cgroup are `id:controllers:path`; v2 is `0::path`. */
function groupOf(pid: number, root: string, version: 1 | 2): string {
  const controller = version === 2 ? "" : root.slice(MOUNT.length + 1);
  const line = readFileSync(`/proc/${pid}/cgroup`, "utf8")
    .split("\n")
    .find((text) => text.split(":")[1]?.split(",").includes(controller));
  return line?.split(":").slice(2).join(":") ?? "/";
}
