import { availableParallelism } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { liveDiagnosis } from "./diagnose-live.ts";
import { whyNoTracing } from "./requirements.ts";
import { isQuiet, runQuietly, type Outcome } from "./run-variant.ts";
import { SERVICES } from "./services/index.ts";
import { CannotInject, type LabService } from "./types.ts";
import { VARIANTS } from "./variants.ts";

/** What has to hold on every machine at every commit; the whole lab is too long for that. */
const ALWAYS = ["none", "cpu-rival", "rt-hog", "cfs-quota", "lock-contention", "event-loop-blocked", "stopped"];
const RUNS = Number(process.env["STALLSCOPE_RUNS"] ?? 1);

describe.for(["gradio-5", "gradio-6"])("a page of %s", (name) => {
  let service: LabService | undefined;
  let why: string | undefined;

  beforeAll(async () => {
    why = whyNoTracing();
    if (why !== undefined) return;
    try {
      // the last CPU: interrupts of small machines prefer the first
      service = await SERVICES[name]?.(availableParallelism() - 1);
    } catch (error) {
      if (!(error instanceof CannotInject)) throw error;
      why = error.message;
    }
  }, 900_000);
  afterAll(async () => service?.stop());

  // held-back ones are for the end, not for every commit
  const variants = VARIANTS.filter((variant) => variant.service === "gradio-5" && !variant.heldBack && ALWAYS.includes(variant.cause));
  describe.for(variants.map((variant) => [variant.cause, variant] as const))("%s", ([, variant]) => {
    it.for(Array.from({ length: RUNS }, (_, run) => run + 1))("run %i", { timeout: 120_000 }, async (_, { skip }) => {
      skip(service === undefined, why);
      if (service === undefined) return;
      const outcome = await runQuietly(service, variant, () => liveDiagnosis()).catch((error: unknown): Outcome => {
        if (error instanceof CannotInject) skip(error.message);
        throw error;
      });
      const { score } = outcome;
      expect(score.brokenLaws).toEqual([]);
      skip(!isQuiet(outcome), `others used ${outcome.others.toFixed(2)} CPUs, three times: only the laws were judged`);
      expect(score, score.text).toMatchObject({ isCauseRight: true, isCulpritRight: true, isCostRight: true });
    });
  });
});
