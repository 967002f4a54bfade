/** How is another process on the service's CPU kept at hand, stopped, and let loose for a while? */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { DIES_WITH_PARENT, pinned } from "./service-process.ts";
import { CannotInject } from "./types.ts";

export interface Neighbour {
  readonly tid: number;
  readonly comm: string;
  loose(): void;
  hold(): void;
  kill(): Promise<void>;
}

export interface NeighbourOptions {
  readonly cpu: number;
  /**
   * `fifo`: SCHED_FIFO priority 50. The kernel kills it when it has used the CPU for 1.5 s without a pause (RLIMIT_RTTIME),
   * whatever becomes of us.
   */
  readonly policy: "other" | "fifo";
  /** its comm, at most 15 bytes */
  readonly name: string;
}

/** It stops itself before it burns anything. The shell's own printf names the shell. */
const LOOP = 'printf %s "$1" >/proc/$$/comm; kill -STOP $$; while :; do :; done';

export async function startNeighbour({ cpu, policy, name }: NeighbourOptions): Promise<Neighbour> {
  const realTime = policy === "fifo" ? ["/usr/bin/prlimit", "--rttime=1500000:1500000", "/usr/bin/chrt", "-f", "50"] : [];
  const argv = [...DIES_WITH_PARENT, ...pinned(cpu, [...realTime, "/bin/sh", "-c", LOOP, "sh", name])];
  const missing = argv.find((word) => word.startsWith("/") && !existsSync(word));
  if (missing !== undefined) throw new CannotInject(`${missing} is not installed`);
  const child = spawn(argv[0] ?? "", argv.slice(1), { stdio: "ignore", env: {} });
  const { pid } = child;
  if (pid === undefined) throw new CannotInject("the neighbour could not be started");
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const signal = (what: NodeJS.Signals): void => void child.kill(what);
  for (let tries = 0; state(pid) !== "T"; tries++) {
    if (tries > 500 || child.exitCode !== null) {
      signal("SIGKILL");
      throw new CannotInject(`the neighbour did not stop itself; may it be real-time here?`);
    }
    await sleep(10);
  }
  return {
    tid: pid,
    comm: readFileSync(`/proc/${pid}/comm`, "utf8").trim(),
    loose: () => signal("SIGCONT"),
    hold: () => signal("SIGSTOP"),
    kill: async () => {
      signal("SIGKILL");
      await gone;
    },
  };
}

/** The letter after the name in /proc/PID/stat. */
function state(pid: number): string | undefined {
  try {
    return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
  } catch {
    return undefined;
  }
}
