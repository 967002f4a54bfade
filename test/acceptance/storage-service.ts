/** How does a service with a disk go through the tool? Starts it, fires requests at it inside a capture, explains them. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createCliContext } from "../../src/cli/context.ts";
import { explainBundle, fireInside, record, withTemporaryBundle, type FiringOptions } from "../../src/cli/pipeline.ts";
import { resolveTargets } from "../../src/linux/index.ts";
import type { RunResult } from "../../src/result/index.ts";
import { whyNotLive } from "../support/live.ts";

const PYTHON = "/usr/bin/python3";
const START_MS = 10_000;

/** One sentence, or undefined. */
export const whyNoStorageService = (): string | undefined => whyNotLive() ?? (existsSync(PYTHON) ? undefined : `there is no ${PYTHON}`);

export interface StorageService {
  readonly pid: number;
  /** outside of any capture's requests */
  ask(path: "/forget"): Promise<void>;
  diagnose(path: "/store" | "/read", firing: Pick<FiringOptions, "count" | "warmup" | "beforeRequest" | "afterRequest">): Promise<RunResult>;
  stop(): Promise<void>;
}

export async function startStorageService(folder: string): Promise<StorageService> {
  const child = spawn(PYTHON, [join(import.meta.dirname, "storage-service.py"), folder], { stdio: ["ignore", "pipe", "inherit"] });
  const closed = new Promise<void>((settle) => child.once("close", () => settle()));
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await closed;
  };
  try {
    const { pid, port } = await ready(child);
    const at = (path: string): string => `http://127.0.0.1:${port}${path}`;
    const ask = async (path: string): Promise<void> => {
      const answer = await fetch(at(path), { headers: { connection: "close" } });
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      await answer.arrayBuffer();
    };
    return { pid, stop, ask, diagnose: (path, firing) => diagnose(pid, at(path), firing) };
  } catch (error) {
    await stop();
    throw error;
  }
}

function ready(child: ChildProcess): Promise<{ pid: number; port: number }> {
  return new Promise((settle, reject) => {
    const patience = setTimeout(() => reject(new Error("the storage service did not come up")), START_MS);
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (!line.startsWith("READY ")) return;
      clearTimeout(patience);
      settle(JSON.parse(line.slice("READY ".length)) as { pid: number; port: number });
    });
    child.once("error", reject);
  });
}

function diagnose(pid: number, url: string, firing: Pick<FiringOptions, "count" | "warmup" | "beforeRequest" | "afterRequest">): Promise<RunResult> {
  const context = createCliContext({ quiet: true }, { stdout: process.stdout, stderr: process.stderr, env: process.env }, "acceptance");
  const trigger = { kind: "http", url } as const;
  return withTemporaryBundle((output) =>
    record(
      { context, targets: resolveTargets({ pids: [pid] }), output },
      (armed) => fireInside(armed, { ...firing, trigger, intervalMs: 150, timeoutMs: 60_000, signal: new AbortController().signal }, context),
      ({ directory }) => explainBundle(directory, context),
    ),
  );
}
