import { availableParallelism } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CASE_NAMES } from "./cases.ts";
import { liveDiagnosis } from "./diagnose-live.ts";
import { archetypeEnvironment, GRADIO_VERSIONS } from "./environment.ts";
import { CannotInject } from "./injection.ts";
import { projectRoot, startPage, type Page } from "./page.ts";
import { whyNoTracing } from "./requirements.ts";
import { isQuiet, runQuietly, type Outcome } from "./run-archetype.ts";

const RUNS = Number(process.env["STALLSCOPE_RUNS"] ?? 1);

describe.for(GRADIO_VERSIONS)("a page of gradio %s", (version) => {
  let page: Page | undefined;
  let why: string | undefined;

  beforeAll(async () => {
    why = whyNoTracing();
    if (why !== undefined) return;
    const environment = archetypeEnvironment(version);
    if (environment.kind === "missing") why = environment.why;
    // the last CPU: interrupts of small machines prefer the first
    else page = await startPage({ python: environment.python, root: projectRoot(), cpu: availableParallelism() - 1 });
  }, 900_000);
  afterAll(async () => page?.stop());

  describe.for(CASE_NAMES)("%s", (name) => {
    it.for(Array.from({ length: RUNS }, (_, run) => run + 1))("run %i", { timeout: 120_000 }, async (_, { skip }) => {
      skip(page === undefined, why);
      if (page === undefined) return;
      const outcome = await runQuietly(page, name, liveDiagnosis()).catch((error: unknown): Outcome => {
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
