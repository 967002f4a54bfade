/** What is left on the machine of a demo service and its helpers? */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { cgroupMounts } from "../../linux/index.ts";

/** Helper and service processes started by this one, cgroups and state folders that are still there; empty is right. */
export function leftovers(known: { readonly stateDirs: readonly string[]; readonly pids: readonly number[] }): string[] {
  const processes = known.pids.filter((pid) => existsSync(`/proc/${pid}`)).map((pid) => `process ${pid}`);
  const children = childrenOf(process.pid)
    .filter((pid) => /dist\/(demo-service|disturb)\.mjs/.test(commandOf(pid)))
    .map((pid) => `child ${pid}`);
  const folders = known.stateDirs.filter((folder) => existsSync(folder)).map((folder) => `folder ${folder}`);
  const groups = cgroupMounts()
    .filter((mount) => mount.controllers.includes("cpu"))
    .flatMap((mount) => known.pids.filter((pid) => existsSync(`${mount.path}/stallscope-demo-${pid}`)).map((pid) => `cgroup of ${pid}`));
  return [...processes, ...children, ...folders, ...groups];
}

function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(
      (pid) =>
        read(`/proc/${pid}/stat`)
          .replace(/^.*\) /s, "")
          .split(" ")[1] === String(parent),
    );
}

const commandOf = (pid: number): string => read(`/proc/${pid}/cmdline`);

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
