/** How is a service started that says READY, and how does it end for sure? */
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

export interface ServiceProcess {
  /** what stood behind READY */
  readonly ready: unknown;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 90_000;
const KEPT_LINES = 50;

/** Rejects with what the program printed when it does not come up; nothing is left of it then. */
export async function startService(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<ServiceProcess> {
  const child = spawn(argv[0] ?? "", argv.slice(1), { stdio: ["ignore", "pipe", "pipe"], env });
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  const said: string[] = [];
  try {
    const ready = await new Promise<unknown>((resolve, reject) => {
      const fail = (why: string): void => reject(new Error([`${argv.join(" ")}: ${why}`, ...said].join("\n")));
      const patience = setTimeout(() => fail(`not up after ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
      void exited.then(() => {
        clearTimeout(patience);
        fail(`ended with ${child.exitCode ?? child.signalCode ?? "an error"}`);
      });
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on("line", (line) => {
          if (line.startsWith("READY ")) {
            clearTimeout(patience);
            resolve(JSON.parse(line.slice("READY ".length)));
          } else if (said.length < KEPT_LINES) said.push(line);
        });
      }
    });
    return { ready, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}
