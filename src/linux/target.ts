/** Which processes are meant? By pid, by name, or by the port they listen on. */
import { basename } from "node:path";
import { readdirSync } from "node:fs";
import { EXIT, UserError } from "../base/index.ts";
import type { ProcessIdentity } from "../bundle/index.ts";
import { identify } from "./identity.ts";
import { listProcesses, readArgv, readLink, readStat } from "./procfs.ts";
import { readText } from "./tracefs.ts";

export interface TargetQuery {
  readonly pids?: readonly number[];
  readonly names?: readonly string[];
  readonly port?: number;
}

const notFound = (sentence: string, hint: string): UserError => new UserError("target-not-found", sentence, { exitCode: EXIT.environment, hint });

/** At least one process, or UserError target-not-found. Our own process is never one. */
export function resolveTargets(query: TargetQuery, procRoot = "/proc"): ProcessIdentity[] {
  const found = new Map<number, ProcessIdentity>();
  const add = (pid: number): boolean => {
    const identity = identify(pid, procRoot);
    if (identity !== undefined) found.set(pid, identity);
    return identity !== undefined;
  };
  for (const pid of query.pids ?? []) {
    if (!Number.isInteger(pid) || pid <= 0) throw new UserError("bad-pid", `${pid} is not a process id`, { exitCode: EXIT.usage });
    if (!add(pid)) throw notFound(`there is no process ${pid}`, "list processes with: ps -e");
  }
  for (const name of query.names ?? []) {
    const pids = pidsByName(name, procRoot);
    if (pids.length === 0) throw notFound(`no process is called ${name}`, "names are compared with comm, the program and the script: ps -eo pid,comm,args");
    pids.forEach(add);
  }
  if (query.port !== undefined) {
    const { listening, pids } = pidsByPort(query.port, procRoot);
    if (!listening) throw notFound(`nothing listens on port ${query.port}`, "start the service, or give its port with --port; ss -ltnp shows who listens where");
    if (pids.length === 0) throw notFound(`port ${query.port} is open, but its owner cannot be seen`, "run as root");
    pids.forEach(add);
  }
  if (found.size === 0) throw notFound("no target is given", "name the service with --port, --pid or --name");
  return [...found.values()];
}

/** Exact comm first; else program, script or their basenames. */
function pidsByName(name: string, procRoot: string): number[] {
  const others = listProcesses(procRoot).filter((pid) => pid !== process.pid && pid !== process.ppid);
  const byComm = others.filter((pid) => readStat(pid, pid, procRoot)?.comm === name);
  if (byComm.length > 0) return byComm;
  return others.filter((pid) => {
    const argv = readArgv(pid, procRoot);
    const script = argv.slice(1).find((argument) => !argument.startsWith("-"));
    return [argv[0], script].some((part) => part !== undefined && (part === name || basename(part) === name));
  });
}

const LISTEN = "0A";

function pidsByPort(port: number, procRoot: string): { listening: boolean; pids: number[] } {
  const inodes = new Set<string>();
  for (const file of ["tcp", "tcp6"]) {
    for (const line of readText(`${procRoot}/net/${file}`).split("\n").slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === LISTEN && inode !== undefined && Number.parseInt(local?.split(":")[1] ?? "", 16) === port) inodes.add(inode);
    }
  }
  if (inodes.size === 0) return { listening: false, pids: [] };
  const pids = listProcesses(procRoot).filter((pid) => pid !== process.pid && socketInodes(pid, procRoot).some((inode) => inodes.has(inode)));
  return { listening: true, pids };
}

function socketInodes(pid: number, procRoot: string): string[] {
  let names: string[];
  try {
    names = readdirSync(`${procRoot}/${pid}/fd`);
  } catch {
    return [];
  }
  return names.flatMap((name) => /^socket:\[(\d+)\]$/.exec(readLink(`${procRoot}/${pid}/fd/${name}`) ?? "")?.[1] ?? []);
}
