import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EXIT, ImportError } from "../base/index.ts";
import type { RequestResult, RunResult } from "./index.ts";
import { brokenLaws, CAUSE_IDS, nsBetween, nsValue, parseResult, resultJsonSchemaText, serializeResult } from "./index.ts";

const worker = { comm: "worker", tid: 12, pid: 11 };
const request: RequestResult = {
  id: "0",
  kind: "http",
  status: "ok",
  durationNs: 30,
  beginNs: 100,
  endNs: 130,
  phases: [],
  account: [
    { class: "running", culprit: { kind: "thread", ...worker }, ns: 20, share: 2 / 3 },
    { class: "runnable", culprit: { kind: "rival", tid: 9 }, ns: 10, share: 1 / 3 },
  ],
  path: [
    { beginNs: 100, endNs: 110, class: "running", thread: worker, depth: 0, culprit: { kind: "thread", ...worker }, via: [] },
    { beginNs: 110, endNs: 120, class: "runnable", thread: worker, depth: 0, culprit: { kind: "rival", tid: 9 }, via: [] },
    { beginNs: 120, endNs: 130, class: "running", thread: worker, depth: 0, culprit: { kind: "thread", ...worker }, via: [] },
  ],
  verdict: { cause: "none", costNs: 0, share: 0, confidence: "low", sentence: "" },
};
const run: RunResult = {
  schemaVersion: 1,
  tool: { name: "stallscope", version: "0" },
  host: { cpus: 1 },
  capture: { clock: "mono", events: [], missingEvents: [], eventCount: 0, durationNs: 30, lost: { total: 0, perCpu: [] }, problems: [], disturbances: [] },
  targets: [],
  requests: [request],
  diagnoses: [],
  verdict: { cause: "none", costNs: 0, share: 0, confidence: "low", sentence: "" },
};

const caught = (action: () => unknown): unknown => {
  try {
    return action();
  } catch (error) {
    return error;
  }
};

describe("serialize", () => {
  it("round-trips", () => {
    expect(parseResult(serializeResult(run))).toEqual(run);
  });

  it.each([
    ["not json", "{", "result-json", /not JSON/],
    ["a wrong field", JSON.stringify({ ...run, requests: [{ id: 7 }] }), "result-schema", /requests\.0\.id/],
    ["a newer version", JSON.stringify({ schemaVersion: 99 }), "result-version", /version 99/],
  ])("refuses %s with one sentence", (_name, text, code, sentence) => {
    const error = caught(() => parseResult(text, "r.json"));
    expect(error).toBeInstanceOf(ImportError);
    expect(error).toMatchObject({ code, exitCode: EXIT.input, message: expect.stringMatching(sentence) });
    expect(error).toMatchObject({ message: expect.stringContaining("r.json") });
  });
});

describe("laws", () => {
  it("find a sum that does not close, a gap and an overlap", () => {
    expect(brokenLaws(run)).toEqual([]);
    const short = { ...run, requests: [{ ...request, account: request.account.slice(1) }] };
    expect(brokenLaws(short)).toEqual([expect.stringContaining("the account sums to 10 ns")]);
    const gap = { ...run, requests: [{ ...request, path: request.path.filter((_, index) => index !== 1) }] };
    expect(brokenLaws(gap)).toEqual([expect.stringContaining("path entry 1 begins at 120")]);
    const late = { ...run, requests: [{ ...request, endNs: 131 }] };
    expect(brokenLaws(late)).toHaveLength(2);
  });
});

describe("integers", () => {
  it("are exact beyond 2^53", () => {
    expect(nsValue(2n ** 60n)).toBe("1152921504606846976");
    expect(nsValue(123n)).toBe(123);
    expect(nsBetween((2n ** 60n).toString(), (2n ** 60n + 3n).toString())).toBe(3);
    expect(nsBetween(5, "8")).toBe(3);
  });
});

describe("contract", () => {
  it("has unique cause ids in kebab case", () => {
    expect(new Set(CAUSE_IDS).size).toBe(CAUSE_IDS.length);
    expect(CAUSE_IDS.filter((id) => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
  });

  it("docs/result.schema.json is the schema of the code (GOLDEN=1 rewrites it)", () => {
    const file = new URL("../../docs/result.schema.json", import.meta.url);
    if (process.env["GOLDEN"] === "1") writeFileSync(file, resultJsonSchemaText());
    expect(readFileSync(file, "utf8")).toBe(resultJsonSchemaText());
  });
});
