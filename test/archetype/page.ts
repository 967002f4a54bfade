/** How is a page of the archetype started, asked and stopped? */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { openChannel, type LineChannel } from "./line-channel.ts";

/** CLOCK_MONOTONIC ns, the event loop's run-queue wait so far, and the watched neighbour's time on the CPU so far. */
export interface Reading {
  readonly at: number;
  readonly loopWait: number;
  readonly watchedCpu: number;
}

/** What gen_single measured of its last call. */
export interface LastCall {
  readonly tid: number;
  readonly begin: Reading;
  readonly end: Reading;
  readonly wantedLock: number;
  readonly gotLock: number;
}

/** A moment of the service and the thread that was at it. */
export interface Moment {
  readonly at: number;
  readonly tid: number;
}

export interface Page {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly loopTid: number;
  /** the CPU it is pinned to */
  readonly cpu: number | undefined;
  threads(): readonly number[];
  lastCall(): Promise<LastCall>;
  /** Has gen_single measure the neighbour's time on the CPU. */
  watch(pid: number): Promise<void>;
  /** A command of two answers (lock, loop-block): resolves at the first, `over` at the second. */
  disturb(command: string): Promise<{ readonly first: Moment; readonly over: Promise<Moment> }>;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 90_000;

/** `python` is one of archetypeEnvironment(). Rejects with what the page printed when it does not come up. */
export async function startPage(options: { readonly python: string; readonly root: string; readonly cpu?: number }): Promise<Page> {
  const home = mkdtempSync(join(tmpdir(), "stallscope-page-"));
  const control = join(home, "control");
  const port = await freePort();
  const command = [options.python, join(options.root, "test", "archetype", "page.py"), String(port), "--control", control];
  const argv = options.cpu === undefined ? command : ["/usr/bin/taskset", "-c", String(options.cpu), ...command];
  const child = spawn(argv[0] ?? "", argv.slice(1), {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, HOME: home, TMPDIR: home, XDG_CACHE_HOME: home, GRADIO_TEMP_DIR: home, GRADIO_ANALYTICS_ENABLED: "False", HF_HUB_OFFLINE: "1", PYTHONUNBUFFERED: "1" },
  });
  const discard = async (): Promise<void> => {
    await killAndWait(child);
    rmSync(home, { recursive: true, force: true });
  };
  try {
    await untilReady(child);
    const channel = await openChannel(control);
    channel.send("info");
    const info = await channel.next() as { pid: number; loopTid: number };
    return {
      url: `http://127.0.0.1:${port}`, port, pid: info.pid, loopTid: info.loopTid, cpu: options.cpu,
      threads: () => readdirSync(`/proc/${info.pid}/task`).map(Number),
      lastCall: async () => {
        channel.send("last");
        return await channel.next() as LastCall;
      },
      watch: async (pid) => {
        channel.send(`watch ${pid}`);
        await channel.next();
      },
      disturb: (line) => disturb(channel, line),
      stop: async () => {
        channel.close();
        await discard();
      },
    };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function disturb(channel: LineChannel, command: string): Promise<{ first: Moment; over: Promise<Moment> }> {
  channel.send(command);
  const first = await channel.next() as Moment;
  return { first, over: channel.next() as Promise<Moment> };
}

async function untilReady(child: ChildProcess): Promise<void> {
  const said: string[] = [];
  await new Promise<void>((done, fail) => {
    const give = (error?: Error): void => {
      clearTimeout(patience);
      if (error === undefined) done();
      else fail(error);
    };
    const patience = setTimeout(() => give(new Error(`the page is not up after ${START_TIMEOUT_MS} ms: ${said.join("\n")}`)), START_TIMEOUT_MS);
    child.once("error", give);
    child.once("exit", (code) => give(new Error(`the page ended with ${code}: ${said.join("\n")}`)));
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on("line", (line) => {
        if (line.startsWith("READY ")) give();
        else if (said.length < 50) said.push(line);
      });
    }
  });
}

async function killAndWait(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once("exit", done));
  child.kill("SIGKILL");
  await gone;
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address !== null ? done(address.port) : fail(new Error("no port"))));
    });
  });
}

/** The project's folder: the one that holds package.json, from a source file or from dist/. */
export function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!readdirSync(folder).includes("package.json")) folder = resolve(dirname(folder));
  return folder;
}
