/** One run: five requests to a real service, one of them disturbed, and what the diagnosis makes of it. */
import type { RequestRecord } from "../../src/bundle/index.ts";
import type { RunResult } from "../../src/result/index.ts";
import { runTrigger } from "../../src/trigger/index.ts";
import { INTERVAL_MS, TIMEOUT_MS, type Diagnose, type DiagnoseJob } from "./diagnose-live.ts";
import { watchOthers } from "./others.ts";
import { judge, type Score } from "./score.ts";
import type { LabService, Truth, Variant } from "./types.ts";

const REQUESTS = 5;
/** In the middle: fast requests on both sides of it to hold it against. */
const DISTURBED = 2;
const WARMUP = 2;

export interface Outcome {
  readonly score: Score;
  readonly result: RunResult;
  /** undefined for a clean variant */
  readonly truth: Truth | undefined;
  /** how many CPUs strangers used meanwhile */
  readonly others: number;
  /** from the end of the last request until the verdict was there */
  readonly verdictMs: number;
}

/** Above this a run says more about others than about us: 0.15 CPUs took 10 to 60 ms from single requests, and a disturbance is 100 ms and more. */
const QUIET_CPUS = { clean: 0.15, disturbed: 0.4 };

export const isQuiet = ({ others, truth }: Outcome): boolean => others <= (truth === undefined ? QUIET_CPUS.clean : QUIET_CPUS.disturbed);

/** The first run that no stranger disturbed, else the last of `tries`. */
export async function runQuietly(service: LabService, variant: Variant, diagnose: () => Diagnose, tries = 3): Promise<Outcome> {
  for (let left = tries; ; left--) {
    const outcome = await runVariant(service, variant, diagnose());
    if (isQuiet(outcome) || left <= 1) return outcome;
  }
}

/** Rejects with CannotInject when this host cannot show the variant, and with whatever the diagnosis throws. */
export async function runVariant(service: LabService, variant: Variant, diagnose: Diagnose): Promise<Outcome> {
  const othersSince = watchOthers();
  let others = 0;
  const { value, truth, records } = await disturb(service, variant, async (job) =>
    diagnose({
      ...job,
      afterRequest: async (record, index) => {
        await job.afterRequest(record, index);
        // the last time it is called is before the explaining begins
        others = othersSince();
      },
    }),
  );
  const doneAt = process.hrtime.bigint();
  const verdictMs = Number(doneAt - BigInt(records.at(-1)?.end ?? doneAt)) / 1e6;
  const disturbed = truth === undefined ? undefined : { id: String(DISTURBED), truth };
  return { score: judge(value, disturbed), result: value, truth, others, verdictMs };
}

/** The same without any capture: the durations in ms, and what is claimed to have been done. Checks the harness on its own. */
export async function measureVariant(
  service: LabService,
  variant: Variant,
): Promise<{ readonly durationsMs: readonly number[]; readonly truth: Truth | undefined }> {
  const { truth, records } = await disturb(service, variant, async ({ trigger, ...job }) =>
    runTrigger(trigger, { ...job, intervalMs: INTERVAL_MS, timeoutMs: TIMEOUT_MS }),
  );
  return { durationsMs: records.map((record) => Number(BigInt(record.end) - BigInt(record.begin)) / 1e6), truth };
}

async function disturb<T>(
  service: LabService,
  variant: Variant,
  fire: (job: DiagnoseJob) => Promise<T>,
): Promise<{ readonly value: T; readonly truth: Truth | undefined; readonly records: readonly RequestRecord[] }> {
  const injection = await variant.inject?.(service);
  let truth: Truth | undefined;
  const records: RequestRecord[] = [];
  try {
    const value = await fire({
      pids: service.pids(),
      trigger: service.trigger,
      count: REQUESTS,
      warmup: WARMUP,
      beforeRequest: async (index) => {
        if (index === DISTURBED) await injection?.begin();
      },
      afterRequest: async (record, index) => {
        if (index === DISTURBED) truth = await injection?.end(record, [...records]);
        records.push(record);
      },
    });
    const failures = records.filter((record) => record.status !== "ok").map((record) => `request ${record.id}: ${record.error ?? record.status}`);
    if (failures.length > 0) throw new Error(`the service failed, so the run says nothing: ${failures.join("; ")}`);
    if (records.length < REQUESTS) throw new Error(`only ${records.length} of ${REQUESTS} requests were fired`);
    return { value, truth, records };
  } finally {
    await injection?.dispose();
  }
}
