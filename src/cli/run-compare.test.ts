import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT, UserError } from "../base/index.ts";
import { parseResult, type Comparison, type RunResult } from "../result/index.ts";
import type { CliContext } from "./context.ts";
import type { CompareRequest } from "./handlers.ts";
import { runAnalyze } from "./run-analyze.ts";
import { runCompare } from "./run-compare.ts";

const DEMO = "recordings/demo-rival";

function contextOf(change: Partial<CliContext>, out: (text: string) => void): CliContext {
  return {
    lang: "en",
    json: false,
    quiet: false,
    color: false,
    columns: 100,
    version: "test",
    tracefs: undefined,
    progress: { say: () => undefined, clear: () => undefined },
    warn: () => undefined,
    out,
    ...change,
  };
}

async function compare(request: Partial<CompareRequest>, change: Partial<CliContext> = {}): Promise<{ code: number; out: string }> {
  let out = "";
  const code = await runCompare(
    { a: DEMO, b: DEMO, matters: 0.05, ...request },
    contextOf(change, (text) => (out += text)),
  );
  return { code, out };
}

let folder = "";
let demo: RunResult;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stallscope-compare-"));
  let json = "";
  await runAnalyze(
    { path: DEMO },
    contextOf({ json: true }, (text) => (json += text)),
  );
  demo = parseResult(json);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The demo's requests again and again, with so many ns of another program in the way of each. */
function write(path: string, times: number, heldNs: number): string {
  const requests = Array.from({ length: times }, () => demo.requests.filter(({ id }) => id !== demo.verdict.request)).flat();
  const held = requests.map((request) => ({
    ...request,
    durationNs: request.durationNs + heldNs,
    endNs: Number(request.endNs) + heldNs,
    account: [...request.account, { class: "runnable", culprit: { kind: "rival", comm: "intruder", pid: 9, tid: 9 }, ns: heldNs, share: 0 }],
  }));
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), JSON.stringify({ ...demo, requests: held }));
  return join(folder, path);
}

describe("compare of real recordings", () => {
  it("of a recording with itself shows no difference, and does not pretend that five requests prove it", async () => {
    const { code, out } = await compare({}, { json: true });
    expect(code).toBe(EXIT.inconclusive);
    const comparison = JSON.parse(out) as Comparison;
    expect(comparison).toMatchObject({ verdict: "inconclusive", moved: [], a: { runs: 1, requests: 5 }, differs: [], latency: { shift: 0, pValue: 1 } });
    expect(comparison.sentence).toContain("cannot be told");
  });

  it("a result as JSON says the same as the recording that it came from", async () => {
    writeFileSync(join(folder, "demo.json"), JSON.stringify(demo));
    const [one, other] = [await compare({}, { json: true }), await compare({ b: join(folder, "demo.json") }, { json: true })];
    expect(other.out).toBe(one.out);
  });

  it("reads the trace alone by markers as well; what it does not know of the service is said", async () => {
    const markers = { begin: String.raw`request begin id=(\d+)`, end: String.raw`request end id=(\d+)` };
    const { out } = await compare({ b: join(DEMO, "trace.dat.gz"), markers });
    expect(out).toContain("trace.dat.gz; runs: 1, requests: 5");
    expect(out).toMatch(/What else is different\n(.*\n)*\s+service: .* in A, none in B/);
  });

  it("finds what was put in its way: the class, the size, the culprit; and is a gate when asked to be", async () => {
    const [before, after] = [write("before.json", 3, 0), write("after.json", 3, 400_000_000)];
    expect((await compare({ a: before, b: after })).code).toBe(EXIT.ok);
    const { code, out } = await compare({ a: before, b: after, failOn: 0.2 }, { json: true });
    expect(code).toBe(EXIT.gate);
    const comparison = JSON.parse(out) as Comparison;
    expect(comparison).toMatchObject({ verdict: "slower", moved: ["runnable"] });
    expect(comparison.latency.shift).toBe(400_000_000);
    expect(comparison.classes[0]).toMatchObject({ class: "runnable", shift: 400_000_000, culprit: { comm: "intruder" } });
    expect((await compare({ a: before, b: after, failOn: 0.2 }, { quiet: true })).out).toMatch(/^B is slower than A: .*What moved: waiting for a CPU.*\n$/);
    // faster is no regression, and slower by less than asked for is none either
    expect((await compare({ a: after, b: before, failOn: 0.2 })).code).toBe(EXIT.ok);
    expect((await compare({ a: before, b: after, failOn: 1 })).code).toBe(EXIT.ok);
  });

  it("fails on the objective alone when asked to: more requests over it beyond chance", async () => {
    const [before, after] = [write("o-before.json", 3, 0), write("o-after.json", 3, 30_000_000)];
    const slowest = Math.max(...demo.requests.filter(({ id }) => id !== demo.verdict.request).map(({ durationNs }) => durationNs));
    const request = { a: before, b: after, objectiveNs: slowest, failOn: 1 };
    const { code, out } = await compare(request, { json: true });
    const { objective } = JSON.parse(out) as Comparison;
    expect(objective?.overA).toBe(0);
    expect(code).toBe((objective?.pValue ?? 1) < 0.05 ? EXIT.gate : EXIT.inconclusive);
  });
});

describe("what a side is made of", () => {
  it("a folder of results and recordings, in order, notes left aside; a list with commas; a name with a comma", async () => {
    write("set/1.json", 1, 0);
    write("set/2.json", 1, 0);
    writeFileSync(join(folder, "set", "notes.txt"), "x");
    const comma = write("a,b.json", 1, 0);
    const sets = JSON.parse((await compare({ a: join(folder, "set"), b: `${comma}` }, { json: true })).out) as Comparison;
    expect([sets.a.runs, sets.b.runs]).toEqual([2, 1]);
    const list = JSON.parse((await compare({ a: `${DEMO},${join(folder, "set", "1.json")}` }, { json: true })).out) as Comparison;
    expect(list.a).toMatchObject({ runs: 2, requests: 9 });
  });

  it.each([
    [() => "no/such/file", "no-such-file"],
    [() => "test/traces/text/irqsoff.txt", "no-requests"],
    [() => "src/cli", "empty-folder"],
    [() => "package.json", "result-schema"],
    [() => join(folder, "failed.json"), "nothing-to-compare"],
  ])("%s is refused with one sentence", async (path, expected) => {
    writeFileSync(join(folder, "failed.json"), JSON.stringify({ ...demo, requests: demo.requests.map((request) => ({ ...request, status: "failed" })) }));
    const error = await compare({ a: path() }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: expected, exitCode: EXIT.input });
  });
});
