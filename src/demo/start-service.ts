/** How is the demo service started, watched and ended, with nothing left of it? */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { EXIT, UserError, printable } from "../base/index.ts";
import { entryPoint, identify } from "../linux/index.ts";
import { startLogPipe, type LogPipe } from "./log-pipe.ts";
import { isDisk, makeStateFolder, removeStateFolder, stateParent } from "./state-folder.ts";
import type { DemoService, DemoServiceOptions, DemoThread } from "./types.ts";

/** Two engines to load, 48 MB to write, six sentences to warm up: 2 s here, far more on a busy small board. */
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 2000;
const LOG_KEPT = 64 * 1024;

interface Ready {
  readonly port: number;
  readonly pid: number;
  readonly threads: readonly DemoThread[];
  readonly weightsPath: string;
}

/**
 * The speech engine is compiled once and for all. In two steps, as is usual, one request in five pays for the second
 * step of some function: 250 ms instead of 140, and no cause but the compiler.
 */
const V8_OPTIONS = ["--no-liftoff", "--single-threaded"];

/** UserError (environment): demo-speech-missing, demo-not-started. */
export async function startDemoService(options: DemoServiceOptions = {}): Promise<DemoService> {
  const parent = stateParent(options.parentDir);
  const stateDir = makeStateFolder(parent);
  let logPipe: LogPipe | undefined;
  let child: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (child !== undefined) await endProcess(child);
    await logPipe?.close();
    removeStateFolder(stateDir);
  };
  try {
    logPipe = options.logCollector === true ? await startLogPipe(stateDir) : undefined;
    child = spawn(process.execPath, [...V8_OPTIONS, entryPoint("demo-service"), ...argvOf(stateDir, options)], {
      stdio: ["pipe", logPipe?.writeEnd ?? "pipe", "pipe"],
      env: {},
    });
    logPipe?.closeWriteEnd();
    child.stdin?.on("error", () => undefined);
    const output = logPipe?.output ?? child.stdout;
    if (output === null) throw new Error("a child without pipes");
    const log = keepLog(output);
    const ready = await untilReady(child, output);
    const identity = identify(ready.pid);
    if (identity === undefined) throw new UserError("demo-not-started", "the demo service has ended at once", { exitCode: EXIT.environment });
    let stopping: Promise<void> | undefined;
    return {
      port: ready.port,
      url: `http://127.0.0.1:${ready.port}`,
      pid: ready.pid,
      identity,
      threads: ready.threads,
      stateDir,
      weightsPath: ready.weightsPath,
      isOnDisk: isDisk(stateDir),
      logCollector: logPipe?.collector,
      log,
      stop: () => (stopping ??= stop()),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const argvOf = (stateDir: string, options: DemoServiceOptions): string[] => [
  "--state-dir",
  stateDir,
  "--remove-state-dir",
  ...(options.logProgress === true ? ["--log-progress"] : []),
  ...(options.concurrency === undefined ? [] : ["--concurrency", String(options.concurrency)]),
];

function keepLog(output: Readable): () => string {
  let text = "";
  output.setEncoding("utf8").on("data", (part: string) => (text = (text + part).slice(-LOG_KEPT)));
  return () => text;
}

async function untilReady(child: ChildProcess, output: Readable): Promise<Ready> {
  let complaint = "";
  child.stderr?.setEncoding("utf8").on("data", (part: string) => (complaint = (complaint + part).slice(-4096)));
  const lines = createInterface({ input: output });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Ready>((resolve, reject) => {
      const fail = (code: string, sentence: string, hint?: string): void =>
        reject(new UserError(code, sentence, { exitCode: EXIT.environment, ...(hint === undefined ? {} : { hint }) }));
      timer = setTimeout(() => fail("demo-not-started", `the demo service was not ready within ${START_TIMEOUT_MS / 1000} s`), START_TIMEOUT_MS);
      lines.on("line", (line) => {
        if (line.startsWith("{")) resolve(JSON.parse(line) as Ready);
      });
      child.once("error", reject).once("close", (code) => {
        const said = printable(complaint.trim().split("\n").at(-1) ?? "");
        if (code === EXIT.environment) fail("demo-speech-missing", said, "npm install, then again");
        else fail("demo-not-started", `the demo service could not start: ${said || `exit code ${String(code)}`}`);
      });
    });
  } finally {
    clearTimeout(timer);
    lines.close();
    // readline pauses its input when it is closed, and a log that nobody reads blocks the service
    output.resume();
  }
}

/** SIGCONT first: a stopped process does not see its standard input close. */
async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  child.kill("SIGCONT");
  child.stdin?.end();
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await closed;
  clearTimeout(timer);
}
