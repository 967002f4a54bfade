/**
 * A helper process that disturbs the demo service: it waits, and on a line `begin [MS]` or `end` it does so and answers `{"done":true}`.
 * It ends what it does 5 s after `begin` at the latest, and ends itself, with everything undone, when its standard input is closed.
 */
import { createInterface } from "node:readline";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { EXIT, assertExists } from "../../base/index.ts";
import { nameThread } from "../service/thread-name.ts";
import type { FromHelperThread, HelperThreadData } from "./helper-thread.ts";
import { LONGEST_MS, type Injector, type InjectorConfig } from "./injector.ts";
import { createLogCollector } from "./log-collector.ts";
import { runLogCollectorThread } from "./log-collector-thread.ts";
import { createQuotaInjector } from "./quota-injector.ts";
import { createStopInjector } from "./stop-injector.ts";
import { createWorkInjector } from "./work-injector.ts";
import { runWorkThread } from "./work-thread.ts";

const say = (answer: object): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);

function create(config: InjectorConfig): Injector | Promise<Injector> {
  switch (config.role) {
    case "worker":
      return createWorkInjector(config);
    case "stop":
      return createStopInjector(config);
    case "quota":
      return createQuotaInjector(config);
    case "log-collector":
      return createLogCollector();
  }
}

async function serve(): Promise<void> {
  const injector = await create(JSON.parse(process.argv[2] ?? "") as InjectorConfig);
  let limit: NodeJS.Timeout | undefined;
  const end = async (): Promise<void> => {
    clearTimeout(limit);
    await injector.end();
  };
  const leave = async (): Promise<never> => {
    try {
      await end();
      await injector.dispose();
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(EXIT.environment);
    }
    process.exit(EXIT.ok);
  };
  const obey = async (line: string): Promise<void> => {
    const [order, ms] = line.split(" ");
    if (order === "begin") {
      clearTimeout(limit);
      limit = setTimeout(() => void injector.end(), LONGEST_MS);
      await injector.begin(Math.min(Number(ms ?? LONGEST_MS), LONGEST_MS));
    } else {
      await end();
    }
    say({ done: true });
  };
  // a terminal's Ctrl-C reaches the whole group: whoever started us decides
  process.on("SIGINT", () => undefined).on("SIGTERM", () => void leave());
  // whoever started us may be dead: then there is nobody to complain to
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  createInterface({ input: process.stdin })
    .on("line", (line) => void obey(line).catch((error: unknown) => say({ error: error instanceof Error ? error.message : String(error) })))
    .on("close", () => void leave());
  say({ culprits: injector.culprits });
}

function serveAsThread(): void {
  const { role, words, comm } = workerData as HelperThreadData;
  const port = assertExists(parentPort, "the port of the helper's main thread");
  port.postMessage({ tid: nameThread(comm) } satisfies FromHelperThread);
  if (role === "worker") runWorkThread(new Int32Array(words));
  else runLogCollectorThread(new Int32Array(words), port);
}

if (isMainThread) {
  try {
    await serve();
  } catch (error) {
    say({ error: error instanceof Error ? error.message : String(error) });
    process.exit(EXIT.environment);
  }
} else {
  serveAsThread();
}
