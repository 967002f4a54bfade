/** How is each scenario set up around a running service? */
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { EXIT, UserError } from "../../base/index.ts";
import { entryPoint } from "../../linux/index.ts";
import { culpritsIn } from "../culprits.ts";
import { startLineProcess, type LineProcess } from "../line-process.ts";
import { missingNeeds } from "../needs.ts";
import { runProgram } from "../programs.ts";
import { SCENARIOS } from "../scenarios.ts";
import type { Culprit, DemoService, Disturbance, ScenarioId } from "../types.ts";
import { keepOff, pinToOneCpu } from "./cpu-placement.ts";
import { LONGEST_MS, type InjectorConfig } from "./injector.ts";

/** Five threads share a CPU with the one of the service that works at a time: a request of 0.17 s takes six times as long. */
const RIVALS = 5;
const QUOTA_US = 20_000;
const PERIOD_US = 100_000;
const HOLD_MS = 600;
/** The kernel itself rescues ordinary threads after 0.95 s (fair server, RT throttling). */
const FIFO_MS = 800;
const FIFO_PRIORITY = 50;
const STOP_MS = 500;
/** A request has begun its work by then. */
const STOP_DELAY_MS = 40;
const LOG_PAUSE_MS = 500;

type Parts = Omit<Disturbance, "scenario">;

/** UserError (environment): scenario-unavailable, scenario-service (the service was started without what it needs), demo-helper, program-failed. */
export async function startDisturbance(scenario: ScenarioId, service: DemoService): Promise<Disturbance> {
  const [missing] = missingNeeds(scenario);
  if (missing !== undefined)
    throw new UserError("scenario-unavailable", `the scenario ${scenario} cannot be played here: ${missing}`, { exitCode: EXIT.environment });
  const parts = await START[scenario](service);
  let disposed: Promise<void> | undefined;
  return { scenario, ...parts, dispose: () => (disposed ??= parts.dispose()) };
}

const START: Readonly<Record<ScenarioId, (service: DemoService) => Promise<Parts>>> = {
  rival: (service) =>
    onOneCpu(service, { comm: "nightly-backup", threads: RIVALS, limitMs: LONGEST_MS }, (cpu) => `${RIVALS} threads of another program compute on CPU ${cpu}`),
  fifo: (service) =>
    onOneCpu(
      service,
      { comm: "rt-control", threads: 1, limitMs: FIFO_MS, priority: FIFO_PRIORITY },
      (cpu) => `a SCHED_FIFO thread computes on CPU ${cpu} for ${FIFO_MS} ms`,
    ),
  quota: async (service) => {
    const helper = await startInjector({ role: "quota", target: service.identity, quotaUs: QUOTA_US, periodUs: PERIOD_US });
    return ofHelper(helper, `a CPU quota of ${QUOTA_US / 1000} ms in each ${PERIOD_US / 1000} ms`, []);
  },
  stop: async (service) => {
    const helper = await startInjector({ role: "stop", target: service.identity, delayMs: STOP_DELAY_MS, stopMs: STOP_MS });
    return ofHelper(helper, `SIGSTOP, and SIGCONT ${STOP_MS} ms later`, culpritsIn(helper.ready));
  },
  lock: async (service) => {
    let free = 0;
    return {
      describe: `the thread cache-refresh holds the lock of the speaker cache for ${HOLD_MS} ms`,
      culprits: service.threads.filter((thread) => thread.comm === "cache-refresh").map((thread): Culprit => ({ pid: service.pid, ...thread })),
      begin: async () => {
        await post(service.port, "/v1/cache/refresh", { hold_ms: HOLD_MS });
        free = performance.now() + HOLD_MS;
      },
      // it lets go by itself
      end: () => sleep(Math.max(0, free - performance.now())),
      dispose: async () => undefined,
    };
  },
  cold: async (service) => {
    if (!service.isOnDisk) throw needs("cold", "its files are in memory, not on a disk");
    return {
      describe: "the model's weights (48 MB) are put out of the page cache",
      culprits: [],
      // posix_fadvise(POSIX_FADV_DONTNEED) over the whole file; see the manual of dd
      begin: async () => void (await runProgram("dd", [`if=${service.weightsPath}`, "iflag=nocache", "count=0", "status=none"])),
      end: async () => undefined,
      dispose: async () => undefined,
    };
  },
  log: async (service) => {
    const { logCollector } = service;
    if (logCollector === undefined) throw needs("log", "nobody but us reads its log");
    return {
      describe: `the process that reads the service's log does not read for ${LOG_PAUSE_MS} ms`,
      culprits: [logCollector.thread],
      begin: () => logCollector.pause(LOG_PAUSE_MS),
      end: () => logCollector.resume(),
      dispose: () => logCollector.resume().catch(() => undefined),
    };
  },
};

interface ContestOptions {
  readonly comm: string;
  readonly threads: number;
  readonly limitMs: number;
  /** real-time priority; ordinary threads without */
  readonly priority?: number;
}

async function onOneCpu(service: DemoService, options: ContestOptions, describe: (cpu: number) => string): Promise<Parts> {
  const { comm, threads, limitMs, priority } = options;
  const placement = await pinToOneCpu(service.pid);
  let helper: LineProcess | undefined;
  try {
    helper = await startInjector({ role: "worker", comm, threads, limitMs });
    const culprits = culpritsIn(helper.ready);
    if (helper.child.pid !== undefined) await keepOff(helper.child.pid, placement);
    for (const { tid } of culprits) {
      await placement.place(tid);
      if (priority !== undefined) await runProgram("chrt", ["-f", "-p", String(priority), String(tid)]);
    }
    const parts = ofHelper(helper, describe(placement.cpu), culprits);
    return {
      ...parts,
      dispose: async () => {
        await parts.dispose();
        await placement.restore();
      },
    };
  } catch (error) {
    await helper?.close();
    await placement.restore();
    throw error;
  }
}

const startInjector = (config: InjectorConfig): Promise<LineProcess> =>
  startLineProcess(`the disturbance ${config.role}`, [entryPoint("disturb"), JSON.stringify(config)]);

const ofHelper = (helper: LineProcess, describe: string, culprits: readonly Culprit[]): Parts => ({
  describe,
  culprits,
  begin: async () => void (await helper.ask("begin")),
  end: async () => void (await helper.ask("end")),
  dispose: () => helper.close(),
});

const needs = (scenario: ScenarioId, why: string): UserError =>
  new UserError("scenario-service", `the scenario ${scenario} does not fit this service: ${why}`, {
    exitCode: EXIT.environment,
    hint: `start it with ${JSON.stringify(SCENARIOS[scenario].service)}`,
  });

function post(port: number, path: string, body: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({ host: "127.0.0.1", port, path, method: "POST", agent: false, headers: { "content-type": "application/json" } }, (response) => {
      response.resume().once("end", () => (response.statusCode === 200 ? resolve() : reject(new Error(`${path} answered ${String(response.statusCode)}`))));
    });
    call.once("error", reject).end(JSON.stringify(body));
  });
}
