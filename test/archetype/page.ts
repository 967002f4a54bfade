/** How is a page of the archetype started, asked and stopped? */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { openChannel, type LineChannel } from "./line-channel.ts";
import { freePort, startService, type ServiceProcess } from "./service-process.ts";

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
  /** Has gen_single measure the neighbour's time on the CPU. Ask with 0 before the neighbour goes. */
  watch(pid: number): Promise<void>;
  /** A command of two answers (lock, loop-block): resolves at the first, `over` at the second. */
  disturb(command: string): Promise<{ readonly first: Moment; readonly over: Promise<Moment> }>;
  stop(): Promise<void>;
}

/** `python` is one of archetypeEnvironment(). Rejects with what the page printed when it does not come up. */
export async function startPage(options: { readonly python: string; readonly root: string; readonly cpu?: number }): Promise<Page> {
  const home = mkdtempSync(join(tmpdir(), "stallscope-page-"));
  const control = join(home, "control");
  const port = await freePort();
  const command = [options.python, join(options.root, "test", "archetype", "page.py"), String(port), "--control", control];
  const argv = options.cpu === undefined ? command : ["/usr/bin/taskset", "-c", String(options.cpu), ...command];
  let service: ServiceProcess | undefined;
  const discard = async (): Promise<void> => {
    await service?.stop();
    rmSync(home, { recursive: true, force: true });
  };
  try {
    service = await startService(argv, {
      ...process.env,
      HOME: home,
      TMPDIR: home,
      XDG_CACHE_HOME: home,
      GRADIO_TEMP_DIR: home,
      GRADIO_ANALYTICS_ENABLED: "False",
      HF_HUB_OFFLINE: "1",
      PYTHONUNBUFFERED: "1",
    });
    const channel = await openChannel(control);
    channel.send("info");
    const info = (await channel.next()) as { pid: number; loopTid: number };
    return {
      url: `http://127.0.0.1:${port}`,
      port,
      pid: info.pid,
      loopTid: info.loopTid,
      cpu: options.cpu,
      threads: () => readdirSync(`/proc/${info.pid}/task`).map(Number),
      lastCall: async () => {
        channel.send("last");
        return (await channel.next()) as LastCall;
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
  const first = (await channel.next()) as Moment;
  return { first, over: channel.next() as Promise<Moment> };
}

/** The project's folder: the one that holds package.json, from a source file or from dist/. */
export function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!readdirSync(folder).includes("package.json")) folder = resolve(dirname(folder));
  return folder;
}
