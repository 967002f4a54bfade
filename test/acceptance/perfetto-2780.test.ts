/** https://github.com/google/perfetto/issues/2780 : compare two traces, "same machine two times, two machines". By the real command. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../src/base/index.ts";
import type { CliContext } from "../../src/cli/context.ts";
import { runCompare } from "../../src/cli/run-compare.ts";
import { serializeResult, type Comparison } from "../../src/result/index.ts";
import { drawService, SERVICE } from "./service-scene.ts";

const BACKUP = 800;
const COUNT = 8;

/** Eight requests of 20 ms and a little; another program holds the service's CPU for `heldMs` of each. */
const drawnRun = (heldMs: number): string => {
  const { explain } = drawService(
    2,
    [{ tid: BACKUP, comm: "backup" }],
    Array.from({ length: COUNT }, (_, index) => ({
      at: 1000 + index * 200_000,
      took: 20_000 + index * 100 + heldMs * 1000,
      work: (drawn, begin) =>
        drawn
          .at(begin + 1000)
          .switch(1, SERVICE, "R", BACKUP)
          .at(begin + 1000 + heldMs * 1000)
          .switch(1, BACKUP, "S", SERVICE),
    })),
  );
  return serializeResult(explain());
};

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stallscope-2780-"));
  for (const [name, heldMs] of [
    ["monday", 1],
    ["tuesday", 1],
    ["wednesday", 41],
  ] as const)
    writeFileSync(join(folder, `${name}.json`), drawnRun(heldMs));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function compare(a: string, b: string, json: boolean): Promise<{ code: number; out: string }> {
  let out = "";
  const context: CliContext = {
    lang: "en",
    json,
    quiet: false,
    color: false,
    columns: 100,
    version: "test",
    tracefs: undefined,
    out: (text) => void (out += text),
    warn: () => undefined,
    progress: { say: () => undefined, clear: () => undefined },
  };
  const code = await runCompare({ a: join(folder, a), b: join(folder, b), matters: 0.05, failOn: 0.1 }, context);
  return { code, out };
}

describe("perfetto 2780: compare A B", () => {
  it("names the class that moved, by how much, with its p-value, and who it was", async () => {
    const { code, out } = await compare("monday.json", "wednesday.json", true);
    expect(code).toBe(EXIT.gate);
    const comparison = JSON.parse(out) as Comparison;
    expect(comparison).toMatchObject({ verdict: "slower", moved: ["runnable"], latency: { shift: 40e6 } });
    // eight against eight, all apart: 2 of 12 870 ways to deal them
    expect(comparison.classes[0]).toMatchObject({ class: "runnable", shift: 40e6, low: 40e6, high: 40e6, pValue: 2 / 12_870, culprit: { comm: "backup" } });
    expect(comparison.sentence).toMatch(/What moved: waiting for a CPU, by \+40\.0 ms .*p = 0\.000\d after Holm\), mostly backup\./);
  });

  it("says nothing moved between two runs of the same, and does not fail", async () => {
    const { code, out } = await compare("monday.json", "tuesday.json", false);
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/^B is as fast as A/);
    expect(out).toContain("No class of time moved beyond chance.");
  });
});
