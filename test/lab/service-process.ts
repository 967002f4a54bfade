/** How is a service started that says READY, and how does it end for sure? */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { LogReader } from "./types.ts";

export interface ServiceProcess {
  /** what stood behind READY */
  readonly ready: unknown;
  /** reads the service's standard output */
  readonly logReader: LogReader;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 90_000;
const KEPT_LINES = 50;

/** Nothing of it survives its starter: the kernel kills it when that ends. */
export const DIES_WITH_PARENT = ["/usr/bin/setpriv", "--pdeathsig", "KILL"];

export const pinned = (cpu: number | undefined, argv: readonly string[]): readonly string[] =>
  cpu === undefined ? argv : ["/usr/bin/taskset", "-c", String(cpu), ...argv];

/**
 * The shell joins the two with a pipe, as a container's log driver has it: Node would make a socket pair.
 * `exec` in the service's branch: READY's pid, the shell's child and the pinned process are one.
 */
const WITH_LOG_READER = 'reader=$1; shift; { exec "$@"; } | exec /usr/bin/python3 "$reader"';
const READER_NAME = "log-reader";

/** Rejects with what the program printed when it does not come up; nothing is left of it then. */
export async function startService(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<ServiceProcess> {
  const [program = "", ...args] = [...DIES_WITH_PARENT, "/bin/sh", "-c", WITH_LOG_READER, "sh", readerPath(), ...DIES_WITH_PARENT, ...argv];
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env });
  // after the last of its processes: they share its streams
  const closed = new Promise<void>((settle) => {
    child.once("close", () => settle());
    child.once("error", () => settle());
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await closed;
  };
  const said: string[] = [];
  try {
    const ready = await new Promise<unknown>((settle, reject) => {
      const fail = (why: string): void => reject(new Error([`${argv.join(" ")}: ${why}`, ...said].join("\n")));
      const patience = setTimeout(() => fail(`not up after ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
      void closed.then(() => {
        clearTimeout(patience);
        fail(`ended with ${child.exitCode ?? child.signalCode ?? "an error"}`);
      });
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on("line", (line) => {
          if (line.startsWith("READY ")) {
            clearTimeout(patience);
            settle(JSON.parse(line.slice("READY ".length)));
          } else if (said.length < KEPT_LINES) said.push(line);
        });
      }
    });
    const reader = childrenOf(child.pid ?? 0).find((pid) => commOf(pid) === READER_NAME);
    if (reader === undefined) throw new Error(`${argv.join(" ")}: nobody reads what it prints`);
    return { ready, logReader: logReader(reader, env["HOME"]), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const readerPath = (): string => join(projectRoot(), "test", "lab", "services", "log-reader.py");

/** `home`: the folder in which the reader looks for the length of its pause. */
const logReader = (tid: number, home = ""): LogReader => ({
  tid,
  comm: READER_NAME,
  pause: async (ms) => {
    writeFileSync(join(home, "log-pause"), String(ms));
    process.kill(tid, "SIGUSR1");
  },
  resume: async () => void process.kill(tid, "SIGUSR2"),
});

/** of a process, or of any thread by its id */
export const commOf = (tid: number): string => readFileSync(`/proc/${tid}/comm`, "utf8").trim();

export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
}

export function freePort(): Promise<number> {
  return new Promise((settle, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address !== null ? settle(address.port) : reject(new Error("no port"))));
    });
  });
}

/** The project's folder: the one that holds package.json, from a source file or from dist/. */
export function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!readdirSync(folder).includes("package.json")) folder = resolve(dirname(folder));
  return folder;
}
