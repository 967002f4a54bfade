/** Which processes are meant? By pid, by name, or by the port they listen on. */
import { basename } from "node:path";
import { EXIT, UserError } from "../base/index.ts";
import type { ProcessIdentity } from "../bundle/index.ts";
import { identify } from "./identity.ts";
import { listeningInodes, socketOwners } from "./listening-sockets.ts";
import { readArgv, readStat, readStatus } from "./procfs.ts";
import { programOf } from "./program-name.ts";
import { readLink } from "./read-names.ts";
import { ancestorsOf, listProcesses } from "./threads.ts";

export interface TargetQuery {
  readonly pids?: readonly number[];
  readonly names?: readonly string[];
  readonly port?: number;
}

/**
 * At least one process, each once. UserError `target-not-found` (environment) when a pid, name or port matches nothing that runs;
 * `bad-pid`, `bad-port`, `bad-name`, `no-target` (usage). Names never match this program or what started it.
 */
export function resolveTargets(query: TargetQuery, procRoot = "/proc"): ProcessIdentity[] {
  const { pids = [], names = [], port } = query;
  check(pids, names, port);
  const found = new Map<number, ProcessIdentity>();
  const add = (pid: number): boolean => {
    const identity = identify(pid, procRoot);
    if (identity !== undefined) found.set(pid, identity);
    return identity !== undefined;
  };
  for (const pid of pids) {
    // /proc/TID exists for every thread, though it is not listed
    const process = Number(readStatus(pid, procRoot).get("Tgid") ?? pid);
    if (!add(process))
      throw notFound(
        `there is no process ${pid}${readStat(pid, pid, procRoot) === undefined ? "" : " any more: it has ended and waits for its parent (zombie)"}`,
        "ps -e lists processes",
      );
  }
  for (const name of names) {
    // a match that ends between two reads is no match
    if (pidsByName(name, procRoot).filter(add).length === 0)
      throw notFound(
        `no process is called ${JSON.stringify(name)}`,
        "a name is compared with the comm, the program and the script: ps -eo pid,comm,args shows them",
      );
  }
  if (port !== undefined) {
    const inodes = listeningInodes(port, procRoot);
    if (inodes.size === 0)
      throw notFound(
        `nothing listens on port ${port}`,
        "start the service first; ss -ltnp shows who listens where (a service in a container has its own ports: use --pid)",
      );
    if (socketOwners(inodes, procRoot).filter(add).length === 0)
      throw notFound(
        `something listens on port ${port}, but this user cannot see which process`,
        "run as root (sudo stallscope ...), or name the process with --pid",
      );
  }
  return [...found.values()];
}

const notFound = (sentence: string, hint: string): UserError => new UserError("target-not-found", sentence, { exitCode: EXIT.environment, hint });

function check(pids: readonly number[], names: readonly string[], port: number | undefined): void {
  const pid = pids.find((value) => !Number.isInteger(value) || value <= 0);
  if (pid !== undefined) throw new UserError("bad-pid", `${pid} is not a process id`, { exitCode: EXIT.usage, hint: "a process id is a whole number above 0" });
  if (names.some((name) => name.trim() === "")) throw new UserError("bad-name", "the name of a process cannot be empty", { exitCode: EXIT.usage });
  if (port !== undefined && (!Number.isInteger(port) || port < 1 || port > 65_535))
    throw new UserError("bad-port", `${port} is not a TCP port`, { exitCode: EXIT.usage, hint: "a port is a whole number from 1 to 65535" });
  if (pids.length === 0 && names.length === 0 && port === undefined)
    throw new UserError("no-target", "which service is to be watched was not said", { exitCode: EXIT.usage, hint: "name it with --port, --pid or --name" });
}

/** Exact comm first; else the program's file, argv[0] or the script, as given or by its last part. All that match. */
function pidsByName(name: string, procRoot: string): number[] {
  const ours = new Set(ancestorsOf(process.pid));
  const others = listProcesses(procRoot).filter((pid) => procRoot !== "/proc" || !ours.has(pid));
  const byComm = others.filter((pid) => readStat(pid, pid, procRoot)?.comm === name);
  if (byComm.length > 0) return byComm;
  return others.filter((pid) => {
    const argv = readArgv(pid, procRoot);
    const { program, script } = programOf(argv);
    const file = readLink(`${procRoot}/${pid}/exe`)?.replace(/ \(deleted\)$/, "");
    // `-m uvicorn` is also called uvicorn
    return (
      [argv[0], program, script, script?.replace(/^-m /, ""), file].some((part) => part !== undefined && (part === name || basename(part) === name)) ||
      (script !== undefined && argv.includes(name) && basename(name) === script)
    );
  });
}
