/** Which process is this, for good? A pid is reused; pid, start time and boot id together are not. */
import { basename } from "node:path";
import type { ProcessIdentity } from "../bundle/index.ts";
import { bootId, readArgv, readStat } from "./procfs.ts";

const INTERPRETER = /^(python[\d.]*|node|nodejs|ruby|perl|java|bash|sh|dash|php[\d.]*|uv|uvx|deno|bun)$/;

/** undefined when the process is gone. */
export function identify(pid: number, procRoot = "/proc"): ProcessIdentity | undefined {
  const stat = readStat(pid, pid, procRoot);
  return stat === undefined ? undefined : { pid, startTime: stat.startTime, bootId: bootId(), comm: stat.comm, name: displayName(readArgv(pid, procRoot), stat.comm) };
}

/** True while the very process, not merely its pid, is there. */
export const isAlive = (identity: Pick<ProcessIdentity, "pid" | "startTime">): boolean => {
  const stat = readStat(identity.pid);
  return stat !== undefined && stat.startTime === identity.startTime && stat.state !== "Z";
};

/** Program, and for interpreters the script; never another argument, which may be a secret. */
export function displayName(argv: readonly string[], comm: string): string {
  const program = argv[0] === undefined ? "" : basename(argv[0]);
  if (program === "") return comm;
  if (!INTERPRETER.test(program)) return program;
  const jar = argv.indexOf("-jar");
  if (jar > 0 && argv[jar + 1] !== undefined) return `${program} ${basename(argv[jar + 1] as string)}`;
  const module = argv.indexOf("-m");
  if (module > 0 && /^[\w.]+$/.test(argv[module + 1] ?? "")) return `${program} -m ${argv[module + 1]}`;
  const script = argv.slice(1).find((argument) => !argument.startsWith("-"));
  return script === undefined || !/\.\w{1,4}$|\//.test(script) ? program : `${program} ${basename(script)}`;
}
