/** speedscope and folded stacks: is every ns of the path in them, in the format that their readers want? */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { explainedBundle, explainedScene } from "../../test/support/export-scenes.ts";
import { EXIT, UserError } from "../base/index.ts";
import { nsBetween, type PathEntry, type RequestResult, type RunResult } from "../result/index.ts";
import { foldedLines } from "./folded.ts";
import { framesOf } from "./labels.ts";
import { speedscopePieces } from "./speedscope.ts";

/** FileFormat of speedscope's src/lib/file-format-spec.ts, as far as a sampled profile goes. */
const speedscopeFile = z.strictObject({
  $schema: z.literal("https://www.speedscope.app/file-format-schema.json"),
  exporter: z.string(),
  name: z.string(),
  activeProfileIndex: z.int().nonnegative(),
  profiles: z.array(
    z.strictObject({
      type: z.literal("sampled"),
      name: z.string(),
      unit: z.literal("nanoseconds"),
      startValue: z.number(),
      endValue: z.number(),
      samples: z.array(z.array(z.int().nonnegative()).nonempty()),
      weights: z.array(z.int().nonnegative()),
    }),
  ),
  shared: z.strictObject({ frames: z.array(z.strictObject({ name: z.string().min(1) })) }),
});

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
const speedscope = (result: RunResult) => speedscopeFile.parse(JSON.parse([...speedscopePieces({ result, toolVersion: "test" })].join("")));
/** What flamegraph.pl makes of a line: the stack, and its count. */
const FLAMEGRAPH = /^(.*)\s+?(\d+(?:\.\d*)?)$/;
const parsed = (lines: Iterable<string>) =>
  [...lines].map((line) => {
    const [, stack = "", count = ""] = FLAMEGRAPH.exec(line.trimEnd()) ?? [];
    expect(FLAMEGRAPH.test(stack)).toBe(false);
    return { frames: stack.split(";"), ns: Number(count) };
  });

describe.each([
  ["a drawn scene", explainedScene().result],
  ["the bundled recording", explainedBundle().result],
])("%s", (_, result) => {
  const verdicts = result.requests.find(({ id }) => id === result.verdict.request) as RequestResult;

  it("is one profile per request, of its length, sample by sample", () => {
    const { profiles, shared, activeProfileIndex } = speedscope(result);
    expect(profiles.map(({ name, endValue }) => [name, endValue])).toEqual(result.requests.map(({ id, durationNs }) => [`request ${id}`, durationNs]));
    for (const [index, { samples, weights, startValue }] of profiles.entries()) {
      const { path, durationNs } = result.requests[index] as RequestResult;
      expect(startValue).toBe(0);
      expect(sum(weights)).toBe(durationNs);
      expect(samples.map((stack) => stack.map((frame) => shared.frames[frame]?.name))).toEqual(path.map(framesOf));
      expect(weights).toEqual(path.map(({ beginNs, endNs }) => nsBetween(beginNs, endNs)));
    }
    expect(new Set(shared.frames.map(({ name }) => name)).size).toBe(shared.frames.length);
    expect(result.requests[activeProfileIndex]).toBe(verdicts);
  });

  it("is folded stacks of the verdict's request", () => {
    const stacks = parsed(foldedLines({ result }));
    expect(sum(stacks.map(({ ns }) => ns))).toBe(verdicts.durationNs);
    expect(new Set(stacks.map(({ frames }) => frames.join(";"))).size).toBe(stacks.length);
    const wanted = new Map<string, number>();
    for (const entry of verdicts.path) {
      const key = framesOf(entry).join(";");
      wanted.set(key, (wanted.get(key) ?? 0) + nsBetween(entry.beginNs, entry.endNs));
    }
    expect(stacks.map(({ frames, ns }) => [frames.join(";"), ns])).toEqual([...wanted]);
  });

  it("is folded stacks of all requests, each below a frame of its own", () => {
    const stacks = parsed(foldedLines({ result }, { allRequests: true }));
    for (const { id, durationNs } of result.requests)
      expect(sum(stacks.filter(({ frames }) => frames[0] === `request ${id}`).map(({ ns }) => ns))).toBe(durationNs);
  });
});

describe("frames of a path", () => {
  it("go from the client's wait to the culprit", () => {
    const { requests } = explainedScene().result;
    const lines = requests[0]?.path.map((entry) => framesOf(entry).join(" / ")) ?? [];
    expect(lines).toContain("client-10: blocked-other / service-20: runnable / rival-30");
    expect(lines[0]).toBe("client-10: running");
    expect(lines.some((line) => line.endsWith("/ service-20: running"))).toBe(true);
  });
});

describe("names that look like something else", () => {
  const { result } = explainedScene();
  const [request] = result.requests as [RequestResult];
  const named = (...names: readonly string[]): RunResult => {
    const lengthNs = 1000;
    const path = names.map((name, index): PathEntry => ({
      beginNs: index * lengthNs,
      endNs: (index + 1) * lengthNs,
      class: "runnable",
      thread: { comm: name, tid: 1, pid: 1 },
      depth: 1,
      culprit: { kind: "device", detail: name },
      via: [{ class: "blocked-other", thread: { comm: name, tid: 1, pid: 1 }, syscall: name }],
    }));
    return { ...result, requests: [{ ...request, id: names[0] as string, path, durationNs: lengthNs * names.length }] };
  };
  const hostile = ["a;b", "a\nb 5\n", "\u202ekcolb", "x 17", "\x1b]0;t\x07", "\ud800", ' "}],', "x 17.", "tab\t9"];

  it("stay one frame of folded stacks, and one line", () => {
    for (const allRequests of [false, true]) {
      const lines = [...foldedLines({ result: named(...hostile) }, { allRequests })];
      expect(lines).toHaveLength(hostile.length);
      for (const line of lines) expect(line).toMatch(/^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]* 1000\n$/);
      for (const { frames, ns } of parsed(lines)) expect([frames.length, ns]).toEqual([allRequests ? 4 : 3, 1000]);
    }
  });

  it("do not break JSON", () => {
    const { profiles, shared } = speedscope(named(...hostile));
    expect(sum(profiles[0]?.weights ?? [])).toBe(hostile.length * 1000);
    for (const { name } of shared.frames) expect(name).toMatch(/^[^\x00-\x1f\x7f-\x9f\u202e\ud800-\udfff]*$/);
  });
});

describe("without a request", () => {
  const { result } = explainedScene();
  const failed: RunResult = { ...result, requests: result.requests.map((request) => ({ ...request, path: [], account: [] })) };
  it.each([
    ["speedscope", () => speedscopePieces({ result: failed, toolVersion: "test" })],
    ["folded", () => foldedLines({ result: failed })],
    ["folded", () => foldedLines({})],
  ])("%s is refused before a byte is written", (form, write) => {
    const error = (() => {
      try {
        write();
      } catch (caught) {
        return caught;
      }
      return undefined;
    })();
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: "export-no-request", exitCode: EXIT.input, message: expect.stringContaining(form) as string });
  });

  it("the verdict may name none: then the slowest is shown", () => {
    const { request: _none, ...verdict } = result.verdict;
    const slowest = Math.max(...result.requests.map(({ durationNs }) => durationNs));
    expect(sum(parsed(foldedLines({ result: { ...result, verdict } })).map(({ ns }) => ns))).toBe(slowest);
    expect(speedscope({ ...result, verdict }).profiles[speedscope({ ...result, verdict }).activeProfileIndex]?.endValue).toBe(slowest);
  });
});
