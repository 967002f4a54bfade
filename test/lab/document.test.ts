import { describe, expect, it } from "vitest";
import { labDocument } from "./document.ts";
import type { Row, RunRow } from "./results.ts";
import { tally } from "./tally.ts";

const MACHINE = { kernel: "6.1.0", cpus: 2, node: "v20.20.2", commit: "abc1234+" };

const run = (more: Partial<RunRow>): RunRow => ({
  kind: "run",
  at: "2026-01-02T03:04:05.000Z",
  ...MACHINE,
  variant: "svc/rival",
  service: "svc",
  heldBack: false,
  wanted: "cpu-rival",
  said: "cpu-rival",
  isCauseRight: true,
  isCulpritRight: true,
  isCostRight: true,
  injectedNs: 100e6,
  reportedNs: 102e6,
  costErrorNs: 2e6,
  confidence: "high",
  brokenLaws: [],
  verdictMs: 800,
  others: 0.02,
  ...more,
});

const WRONG = { said: "none", isCauseRight: false, isCulpritRight: false, isCostRight: false, costErrorNs: undefined, confidence: undefined } as const;
const CLEAN = { variant: "svc/clean", wanted: "none", said: "none", injectedNs: undefined, reportedNs: undefined, costErrorNs: undefined } as const;

describe("tally", () => {
  it("counts judged runs, and takes medians where there is something to take", () => {
    const all = tally([run({}), run({ costErrorNs: -9e6, injectedNs: 90e6 }), run(WRONG), run({ kind: "void", ...WRONG, brokenLaws: ["request 0: a sum"] })]);
    expect(all).toMatchObject({
      runs: 3,
      causeRight: 2,
      culpritRight: 2,
      costRight: 2,
      errorNs: 2e6,
      errorShare: 0.02,
      voids: 1,
      unclosed: 1,
      wrong: "none 1",
    });
    expect(all.confidences).toBe("high 2, - 1");
  });

  it("counts an accusation in clean runs only, and inconclusive is none", () => {
    const rows = [
      run(CLEAN),
      run({ ...CLEAN, said: "cpu-rival", isCauseRight: false }),
      run({ ...CLEAN, said: "inconclusive", isCauseRight: false }),
      run(WRONG),
    ];
    expect(tally(rows)).toMatchObject({ accusations: 1, cleanRuns: 3 });
  });

  it("of nothing is nothing", () => {
    expect(tally([])).toMatchObject({ runs: 0, injectedNs: undefined, errorNs: undefined, verdictMs: undefined, confidences: "" });
  });
});

describe("labDocument", () => {
  const skipped: Row = { kind: "skipped", at: "2026-01-03T00:00:00.000Z", ...MACHINE, variant: "svc/x", service: "svc", heldBack: true, why: "no a|b here" };
  const text = labDocument([run({}), run({ ...WRONG, variant: "svc/stop", said: "cfs-quota" }), skipped]);

  it("says where and when", () => {
    expect(text).toContain("| kernel | 6.1.0 |");
    expect(text).toContain("| commit | abc1234+ |");
    expect(text).toContain("| date | 2026-01-02 to 2026-01-03 |");
  });

  it("has a row a variant, with what was said instead", () => {
    expect(text).toContain("| svc/rival | 1/1 | 1/1 | 1/1 | 100.0 | 102.0 | 2.0 | 2.0 % | high 1 | 800 | 0 |  |");
    expect(text).toContain("| svc/stop | 0/1 | 0/1 | 0/1 | 100.0 | 102.0 | - | - | - 1 | 800 | 0 | cfs-quota 1 |");
    expect(text).toContain("| top-1 cause right | 1/2 (50.0 %) |");
  });

  it("says what was not shown, and that a half is missing", () => {
    expect(text).toContain("| svc/x | no a\\|b here |");
    expect(text).toMatch(/## Held-back half\n\n.*No run yet\./);
  });
});
