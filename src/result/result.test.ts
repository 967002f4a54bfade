import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EXIT, ImportError } from "../base/index.ts";
import { rivalRun } from "../report/fixtures.ts";
import { brokenLaws, CAUSE_IDS, nsBetween, nsValue, parseResult, resultJsonSchemaText, serializeResult } from "./index.ts";

const caught = (action: () => unknown): unknown => {
  try {
    return action();
  } catch (error) {
    return error;
  }
};

describe("serialize", () => {
  it("round-trips, byte for byte", () => {
    const text = serializeResult(rivalRun());
    expect(serializeResult(parseResult(text))).toBe(text);
  });

  it.each([
    ["not json", "{", "result-json", /not JSON/],
    ["a wrong field", JSON.stringify({ ...rivalRun(), requests: [{ id: 7 }] }), "result-schema", /requests\.0\.id/],
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
    const run = rivalRun();
    expect(brokenLaws(run)).toEqual([]);
    const [first] = run.requests;
    if (first === undefined) throw new Error("fixture");
    const [row, ...rows] = first.account;
    const short = { ...run, requests: [{ ...first, account: row === undefined ? [] : [{ ...row, ns: row.ns - 1 }, ...rows] }] };
    expect(brokenLaws(short)).toEqual([expect.stringContaining("the account sums to")]);
    const gap = { ...run, requests: [{ ...first, path: first.path.filter((_, index) => index !== 1) }] };
    expect(brokenLaws(gap)).toEqual([expect.stringContaining("path entry 1 begins at")]);
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
