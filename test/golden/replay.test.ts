/**
 * The bundled recording explains itself as it did: report, account and causes, as text that people review.
 * `npm run golden` rewrites what is expected.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openBundle } from "../../src/bundle/index.ts";
import { explain } from "../../src/diagnosis/index.ts";
import { importTrace } from "../../src/import/index.ts";
import { renderTerminal, withSentences } from "../../src/report/index.ts";
import { brokenLaws, type RunResult } from "../../src/result/index.ts";

const RECORDING = "recordings/demo-rival";
const HERE = import.meta.dirname;

function explained(): RunResult {
  const bundle = openBundle(RECORDING);
  return explain({
    trace: importTrace(bundle.tracePath, { threads: bundle.manifest.threads }),
    requests: bundle.requests,
    samples: bundle.samples,
    manifest: bundle.manifest,
    toolVersion: "golden",
  });
}

/** What is expected; with GOLDEN set, what is there now becomes it. */
function expected(name: string, text: string): string {
  const path = join(HERE, name);
  if (process.env["GOLDEN"] !== undefined) writeFileSync(path, text);
  return existsSync(path) ? readFileSync(path, "utf8") : "(nothing expected yet)";
}

describe(`the recording ${RECORDING}`, () => {
  const result = explained();
  it("closes its accounts", () => expect(brokenLaws(result)).toEqual([]));
  it("gives the same result every time", () => expect(JSON.stringify(explained())).toBe(JSON.stringify(result)));
  for (const lang of ["en", "zh"] as const) {
    it(`reads the same (${lang}; npm run golden rewrites what is expected)`, () => {
      const text = renderTerminal(withSentences(result, lang), { lang, columns: 100, color: false });
      expect(text).toBe(expected(`demo-rival.${lang}.txt`, text));
    });
  }
  it("finds the same causes", () => {
    const text = result.diagnoses.map(({ cause, status, costNs, confidence }) => `${cause} ${status} ${costNs} ${confidence ?? "-"}\n`).join("");
    expect(text).toBe(expected("demo-rival.causes.txt", text));
  });
});
