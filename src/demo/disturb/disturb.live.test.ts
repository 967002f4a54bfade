import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SCENARIOS, SCENARIO_IDS, missingNeeds, startDemoService, startDisturbance, type DemoService, type ScenarioId } from "../index.ts";
import { entryPoint } from "../../linux/index.ts";
import { leftovers } from "../testing/leftovers.ts";
import { speak } from "../testing/speech-client.ts";
import type { InjectorConfig } from "./injector.ts";

const REQUESTS = 4;
const DISTURBED = 2;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const readBytes = (pid: number): number => Number(/^read_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]);

/** Fires requests, one of them disturbed; ends with nothing left. */
async function play(
  scenario: ScenarioId,
  service: DemoService,
): Promise<{ normal: number[]; disturbed: number; beginMs: number; blockReads: number[]; pids: number[] }> {
  const disturbance = await startDisturbance(scenario, service);
  const normal: number[] = [];
  const blockReads: number[] = [];
  let disturbed = 0;
  let beginMs = 0;
  try {
    for (let index = 0; index < REQUESTS; index++) {
      const before = readBytes(service.pid);
      if (index === DISTURBED) {
        const begin = performance.now();
        await disturbance.begin();
        beginMs = performance.now() - begin;
      }
      const { ms } = await speak(service.port);
      if (index === DISTURBED) {
        await disturbance.end();
        disturbed = ms;
      } else {
        normal.push(ms);
      }
      blockReads.push(readBytes(service.pid) - before);
    }
  } finally {
    await disturbance.dispose();
  }
  console.log(
    `${scenario}: normal ${normal.map(Math.round).join(" ")} ms, disturbed ${Math.round(disturbed)} ms, begin() ${beginMs.toFixed(1)} ms (${disturbance.describe})`,
  );
  return {
    normal,
    disturbed,
    beginMs,
    blockReads,
    pids: disturbance.culprits.map((culprit) => culprit.pid).filter((pid) => pid !== service.pid && pid !== service.logCollector?.thread.pid),
  };
}

/** Plays the scenarios on the service that runs when the tests do. */
function itPlays(scenarios: readonly ScenarioId[], current: () => DemoService): void {
  for (const scenario of scenarios) {
    const missing = missingNeeds(scenario);
    // a neighbour of the test machine may delay any request
    it.skipIf(missing.length > 0)(
      `${scenario}: delays the one request it is meant for${missing.length > 0 ? ` (${missing.join(", ")})` : ""}`,
      { retry: 2, timeout: 20_000 },
      async () => {
        const service = current();
        const affinity = readFileSync(`/proc/${service.pid}/status`, "utf8").match(/^Cpus_allowed:.*$/m)?.[0];
        const { normal, disturbed, blockReads, pids } = await play(scenario, service);
        // the smallest effect is that of the disk, 0.3 s on a fast one; the others add 0.4 s or more
        expect(disturbed).toBeGreaterThan(median(normal) + 200);
        expect(Math.max(...normal)).toBeLessThan(disturbed);
        if (scenario === "cold") {
          expect(blockReads[DISTURBED]).toBeGreaterThan(16_000_000);
          expect(blockReads.filter((_, index) => index !== DISTURBED).every((bytes) => bytes < 1_000_000)).toBe(true);
        }
        expect(leftovers({ stateDirs: [], pids })).toEqual(
          [`child ${service.pid}`, ...(service.logCollector === undefined ? [] : [`child ${service.logCollector.thread.pid}`])].sort(),
        );
        expect(readFileSync(`/proc/${service.pid}/status`, "utf8")).toContain(affinity);
        expect((await speak(service.port)).status).toBe(200);
      },
    );
  }
}

async function stopAndCheck(service: DemoService): Promise<void> {
  await service.stop();
  expect(leftovers({ stateDirs: [service.stateDir], pids: [service.pid] })).toEqual([]);
}

describe("a plain service", () => {
  let service: DemoService;
  beforeAll(async () => {
    service = await startDemoService();
  }, 60_000);
  afterAll(() => stopAndCheck(service));

  itPlays(
    SCENARIO_IDS.filter((id) => id !== "log"),
    () => service,
  );

  const start = (config: InjectorConfig): ChildProcessByStdio<Writable, Readable, Readable> =>
    spawn(process.execPath, [entryPoint("disturb"), JSON.stringify(config)], { stdio: ["pipe", "pipe", "pipe"] });

  it.skipIf(missingNeeds("quota").length > 0)("is free of its quota when whoever set it is killed", async () => {
    const helper = start({ role: "quota", target: service.identity, quotaUs: 20_000, periodUs: 100_000 });
    await once(helper.stdout, "data");
    expect(leftovers({ stateDirs: [], pids: [service.pid] })).toContain(`cgroup of ${service.pid}`);
    helper.stdin.write("begin\n");
    await once(helper.stdout, "data");
    helper.stdin.destroy();
    expect(await once(helper, "close")).toEqual([0, null]);
    expect(leftovers({ stateDirs: [], pids: [service.pid] })).not.toContain(`cgroup of ${service.pid}`);
    expect((await speak(service.port)).status).toBe(200);
  });

  it("goes on when whoever stopped it is killed", async () => {
    const helper = start({ role: "stop", target: service.identity, delayMs: 0, stopMs: 5000 });
    await once(helper.stdout, "data");
    helper.stdin.write("begin\n");
    while (!/ T /.test(readFileSync(`/proc/${service.pid}/stat`, "utf8"))) await sleep(2);
    helper.stdin.destroy();
    expect(await once(helper, "close")).toEqual([0, null]);
    expect((await speak(service.port)).status).toBe(200);
  });
});

describe("a service with a log driver", () => {
  let service: DemoService;
  beforeAll(async () => {
    service = await startDemoService(SCENARIOS.log.service);
  }, 60_000);
  afterAll(() => stopAndCheck(service));

  itPlays(["log"], () => service);
});

describe("a disturbance that cannot be", () => {
  it("is refused in one sentence, with the way out", async () => {
    const service = { logCollector: undefined } as DemoService;
    await expect(startDisturbance("log", service)).rejects.toMatchObject({
      code: "scenario-service",
      message: "the scenario log does not fit this service: nobody but us reads its log",
      hint: 'start it with {"logCollector":true,"logProgress":true}',
    });
  });
});
