/** What does a disturbance cost, seen from outside, with no capture running? Checks the injections and their truth. */
import type { RequestRecord } from "../../src/bundle/index.ts";
import type { runTrigger } from "../../src/trigger/index.ts";
import { CASES } from "./cases.ts";
import type { Truth } from "./injection.ts";
import type { Page } from "./page.ts";
import { DISTURBED, REQUESTS, SENTENCE } from "./run-archetype.ts";

/** One line: all durations, the excess of the disturbed request over the median of the others, and the claimed cost. */
export async function measureCase(page: Page, name: string, trigger: typeof runTrigger): Promise<string> {
  const injection = await CASES[name]?.(page);
  let truth: Truth | undefined;
  try {
    const records = await trigger(
      { kind: "gradio", url: page.url, api: "gen_single", inputs: { text: SENTENCE } },
      {
        count: REQUESTS,
        warmup: 2,
        intervalMs: 150,
        timeoutMs: 20_000,
        beforeRequest: async (index) => {
          if (index === DISTURBED) await injection?.begin();
        },
        afterRequest: async (record, index) => {
          if (index === DISTURBED) truth = await injection?.end(record);
        },
      },
    );
    const took = records.map(durationMs);
    const others = took.filter((_, index) => index !== DISTURBED).sort((a, b) => a - b);
    const excess = (took[DISTURBED] ?? 0) - (others[Math.floor(others.length / 2)] ?? 0);
    const claim =
      truth === undefined
        ? ""
        : `, truth ${truth.cause} ${(truth.costNs / 1e6).toFixed(1)} ms by ${truth.culprits.map((culprit) => `${culprit.comm}/${culprit.tid}`).join(" ") || "nobody"}`;
    return `${name}: ${took.map((value) => value.toFixed(0)).join(" ")} ms, excess ${excess.toFixed(1)} ms${claim}`;
  } finally {
    await injection?.dispose();
  }
}

const durationMs = (record: RequestRecord): number => Number(BigInt(record.end) - BigInt(record.begin)) / 1e6;
