/** Who listens on a TCP port? Sockets by inode, then the processes that hold them; forked servers share one. */
import { numbersIn, readLink } from "./read-names.ts";
import { listProcesses } from "./threads.ts";
import { readText } from "./tracefs.ts";

/** TCP_LISTEN of include/net/tcp_states.h, as /proc/net/tcp prints it */
const LISTEN = "0A";

/** Inodes of the listening sockets of this port, IPv4 and IPv6, in our network namespace. */
export function listeningInodes(port: number, procRoot = "/proc"): ReadonlySet<string> {
  const inodes = new Set<string>();
  for (const file of ["tcp", "tcp6"]) {
    for (const line of readText(`${procRoot}/net/${file}`).split("\n").slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === LISTEN && inode !== undefined && Number.parseInt(local?.split(":")[1] ?? "", 16) === port) inodes.add(inode);
    }
  }
  return inodes;
}

/** Processes that have one of these sockets open. Others' descriptors cannot be seen without root or CAP_SYS_PTRACE. */
export function socketOwners(inodes: ReadonlySet<string>, procRoot = "/proc"): number[] {
  const links = new Set([...inodes].map((inode) => `socket:[${inode}]`));
  const owners = listProcesses(procRoot).filter((pid) =>
    numbersIn(`${procRoot}/${pid}/fd`).some((fd) => links.has(readLink(`${procRoot}/${pid}/fd/${fd}`) ?? "")),
  );
  // with socket activation init holds it too, and serves nothing
  return owners.length > 1 ? owners.filter((pid) => pid !== 1) : owners;
}
