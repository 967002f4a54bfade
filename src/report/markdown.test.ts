import { describe, expect, it } from "vitest";
import { runResultSchema, type RunResult } from "../result/index.ts";
import { drawRequest, RIVAL, rivalRun, SERVER, unclearRun } from "./fixtures.ts";
import { renderMarkdown } from "./markdown.ts";
import { code, codeBlock, prose } from "./markdown-text.ts";
import { HOSTILE_TEXTS } from "./test-support/hostile-texts.ts";
import { scanMarkdown } from "./test-support/scan-markdown.ts";

const LANGUAGES = ["en", "zh"] as const;

/** Every section has something to say, and every text field of the schema is there. */
function richRun(): RunResult {
  const run = rivalRun();
  const unclear = unclearRun();
  const [subject] = run.requests.filter(({ id }) => id === "3");
  if (subject === undefined) throw new Error("a fixture without its request");
  const waits = subject.path.map((entry) => ({ ...entry, reason: "no reason", via: entry.via.map((via) => ({ ...via, stack: ["schedule", "do_wait"] })) }));
  const asked = { culprit: { kind: "device" as const, function: "blk_mq", detail: "/dev/sda" } };
  const lost = { ns: 90_000_000, class: "lost" as const, thread: SERVER, culprit: { kind: "none" as const, detail: "somewhere" }, reason: "lost on cpu 1" };
  const failed = { ...drawRequest("5", 20e9, [lost]), status: "failed" as const, error: "the service closed the connection." };
  const missing = [{ what: "sched:sched_waking", why: "not offered" }];
  const empty = { requests: [], costNs: 0, evidence: [], facts: {}, remedies: [] };
  const section = { request: "3", cpu: 1, beginNs: 1, endNs: 2, durationNs: 10_000_000, errorNs: 5, costNs: 9_000_000, task: RIVAL };
  const parts = [
    { kind: "thread" as const, task: RIVAL, ns: 6_000_000, count: 1 },
    { kind: "irq" as const, name: "eth0", ns: 4_000_000, count: 1 },
  ];
  return {
    ...run,
    host: { ...run.host, bootId: "some-boot" },
    capture: { ...unclear.capture, problems: ["a page was skipped"], overhead: { ownCpuNs: 1, events: 2, bytes: 3 } },
    requests: [
      ...run.requests.map((request) => (request === subject ? { ...request, path: waits } : request)),
      failed,
      { ...drawRequest("6", 30e9, [lost]), verdict: { ...subject.verdict, request: "6", cause: "block-io", ...asked } },
    ],
    diagnoses: [
      ...run.diagnoses.map((diagnosis) => ({
        ...diagnosis,
        remedies: diagnosis.remedies.map((remedy) => ({ ...remedy, verify: "it is faster" })),
        because: "why",
      })),
      { ...empty, cause: "block-io", status: "found", requests: ["3"], costNs: 5, facts: { file: "/models/a.gguf", pages: 3 }, ...asked },
      { ...empty, cause: "swap-in", status: "insufficient-data", missing },
      { ...empty, cause: "oom-kill", status: "failed", because: "a bug" },
    ],
    ...(run.contrast === undefined ? {} : { contrast: { ...run.contrast, isFirst: true, explained: { cause: "cpu-rival", excessNs: 5, share: 0.5 } } }),
    verdict: { ...run.verdict, missing },
    tracers: [
      { tracer: "irqsoff", status: "ran", requests: ["3"] },
      { tracer: "function", status: "ran", requests: ["3"] },
      { tracer: "wakeup", status: "refused", errno: "EBUSY", requests: [] },
      { tracer: "preemptoff", status: "ran", requests: ["4"] },
    ],
    sections: [
      { ...section, kind: "irqs-off", seenBy: "irqsoff", from: "ixgbe_poll", to: "net_rx_action", stack: ["a", "b"] },
      { ...section, kind: "timer-latency", seenBy: "timerlat", parts },
    ],
    functions: [{ request: "3", seenBy: "function_graph", function: "vfs_fsync", calls: 2, callers: [{ function: "do_fsync", calls: 2 }] }],
    noise: [{ seenBy: "osnoise", cpu: 0, noiseNs: 10_000_000, longestNs: 5, parts }],
  };
}

/** Names of the contract, which a valid result cannot have otherwise. */
const FIXED = new Set(["class", "kind", "status", "confidence", "risk"]);
/** They refer to each other: each stays itself, with the text behind it. */
const REFERRING = new Set(["id", "request", "requests", "slow", "fast", "cause", "tracer", "seenBy"]);

/** The same result with `text` in every text field, keys of facts included. */
function poisoned(run: RunResult, text: string, keptCauses: boolean): RunResult {
  const change = (value: unknown, key: string): unknown => {
    if (typeof value === "string")
      return (FIXED.has(key) && value !== "http") || (keptCauses && key === "cause") ? value : REFERRING.has(key) ? value + text : text;
    if (Array.isArray(value)) return value.map((one: unknown) => change(one, key));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [key === "facts" ? text + name : name, change(inner, key === "facts" ? "fact" : name)]),
    );
  };
  const { tool, noise, ...rest } = run;
  const changed = change(rest, "") as Omit<RunResult, "tool" | "noise">;
  return {
    ...changed,
    tool: { ...tool, version: text },
    ...(noise === undefined ? {} : { noise: noise.map((one) => ({ ...one, parts: change(one.parts, "parts") as typeof one.parts })) }),
  };
}

/** What must not be found outside of code: marks of Markdown and HTML, and what trackers make links, mentions, references and pictures of. */
const ACTIVE = [
  /[\\`*_~<>[\]!@#$^{}|="]/,
  /https?:|ftp:|mailto:|javascript:|www\./i,
  /:[\w+-]+:/,
  /(?<![\w.])[\da-f]{7,}(?![\w.])/i,
  /[a-z]-\d/i,
  /%\d/,
  /^\s*(\d+[.)]|[-+*])(\s|$)/,
  /^\s*[-=]+\s*$/,
  /(^|\s)\/\w/,
  /&/,
];

const activeIn = (markdown: string): string[] =>
  scanMarkdown(markdown)
    .prose.map((line) => line.replaceAll(/&#(124|96);/g, ""))
    .filter((line) => ACTIVE.some((pattern) => pattern.test(line)));

/** A line of a paragraph may also become part of a block before it. */
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]/;

describe("renderMarkdown", () => {
  const text = renderMarkdown(rivalRun(), { lang: "en" });

  it("has the order of the terminal report", () => {
    expect(text.match(/^#+ .*$/gm)).toEqual([
      "# Request 3 was 951 ms late",
      "## What to type",
      "## Where the time of request 3 went",
      "## The account",
      "## Compared with the fast requests",
      "## Evidence",
      "## The other requests",
      "## How far to trust this",
    ]);
  });

  it("says the verdict, its confidence, and what to type, with names as code", () => {
    expect(text).toContain("it was ready to run, but `stress-ng-cpu[5150/5151]` held its CPU.\n\n- cause `cpu-rival`: Another program held the CPU\n");
    expect(text).toContain("- confidence high (the trace, and the run-queue wait of the service's threads, or CPU pressure)\n");
    expect(text).toContain("```text\n +67.386 ms  cpu1  sched_switch: prev_comm");
    expect(text).toContain("```sh\ntaskset -a -c -p 0 5150\n```\n\nUndo:\n\n```sh\ntaskset -a -c -p 0-1 5150\n```");
    expect(text).toContain(
      "<details>\n<summary>More remedies (1)</summary>\n\nLet the other program run only when the CPU is free (low risk)\n\n```sh\nrenice",
    );
  });

  it("has tables for the account, the contrast, the requests and the causes", () => {
    expect(text).toContain("| 951 ms | 79 % | waiting for a CPU | `stress-ng-cpu[5150/5151]` held it |");
    expect(text).toContain("| **1 203 ms** | **100 %** | the whole request, to the nanosecond |  |");
    expect(text).toContain("| +951 ms | waiting for a CPU | 951 ms | 0 ms |");
    expect(text).toContain("| 0 | 250 ms | not late | no single cause |");
    expect(text).toContain("| `cpu-rival` | Another program held the CPU | found | 951 ms |  |");
    expect(text).toContain("| kernel | `6.18.0` |");
  });

  it("says what is missing, and what there is without any request", () => {
    const unclear = renderMarkdown(unclearRun(), { lang: "en" });
    expect(unclear).toContain(
      "# Request 0 took 117 ms\n\nRequest 0 took 117 ms: the cause cannot be told (`sched:sched_waking`: this kernel does not have the event).",
    );
    expect(unclear).toContain("- 1 234 events were lost (cpu 1: 1234)");
    expect(unclear).not.toContain("## What to type");
    const nothing = renderMarkdown({ ...rivalRun(), requests: [] }, { lang: "en" });
    expect(nothing).toMatch(/^There is no request to explain in this recording\.\n\n## How far/);
  });

  it("shows an account that does not close, and one that is not there", () => {
    const run = rivalRun();
    const broken = { ...run, requests: run.requests.map((request) => ({ ...request, durationNs: request.durationNs + 7 })) };
    expect(renderMarkdown(broken, { lang: "en" })).toContain("the parts differ from the request by -7 ns");
    const bare = { ...run, requests: run.requests.map((request) => ({ ...request, account: [], path: [] })) };
    expect(renderMarkdown(bare, { lang: "en" })).toContain("This request could not be accounted for.");
  });

  it("speaks Chinese", () => {
    const chinese = renderMarkdown(rivalRun(), { lang: "zh" });
    expect(chinese).toContain("# 请求 3 晚了 951 ms\n");
    expect(chinese).toContain("但 CPU 被 `stress-ng-cpu[5150/5151]` 占用。");
    expect(chinese).not.toMatch(/\b(waiting|account|Evidence|request|undo)\b/i);
  });
});

describe("text of the result stays text", () => {
  const run = richRun();

  it("of a result that has every field, and is valid", () => {
    expect(runResultSchema.safeParse(run).error).toBeUndefined();
    expect(runResultSchema.safeParse(poisoned(run, "calm", false)).error).toBeUndefined();
    expect(HOSTILE_TEXTS.length).toBeGreaterThanOrEqual(60);
    const sections = renderMarkdown(run, { lang: "en" }).match(/^## /gm) ?? [];
    expect(sections.length).toBe(9);
  });

  for (const lang of LANGUAGES) {
    for (const keptCauses of [true, false]) {
      const calm = scanMarkdown(renderMarkdown(poisoned(run, "calm", keptCauses), { lang })).blocks;
      it.each(HOSTILE_TEXTS.map((text) => [JSON.stringify(text).slice(0, 60), text]))(
        `${lang}, causes ${keptCauses ? "known" : "hostile"}: %s`,
        (_name, text) => {
          const markdown = renderMarkdown(poisoned(run, text, keptCauses), { lang });
          expect(markdown.replaceAll("\n", "")).not.toMatch(CONTROL);
          expect(activeIn(markdown)).toEqual([]);
          expect(scanMarkdown(markdown).blocks).toEqual(calm);
        },
      );
    }
  }
});

describe("the scanner", () => {
  it("sees what is active", () => {
    expect(activeIn("see [a](b)\n\n| a | *b* |\n\n`@code` but @someone")).toEqual(["see [a](b)", "*b*", "\u{f8ff} but @someone"]);
    expect(scanMarkdown("```sh\n`` `\n````\n| a | `b|c` |\n# x").blocks).toEqual(["fence sh", "fenced", "fence-end", "row 3", "heading 1"]);
    expect(activeIn("`never closed")).toEqual(["`never closed"]);
  });
});

describe("a word", () => {
  it.each([
    ["ready, but it (the service's own) ran 1.5 ms", "ready, but it (the service's own) ran 1.5 ms"],
    ["+67.386 ms", "+67.386 ms"],
    ["a|b", "`a`&#124;`b`"],
    ["a`b", "`a`&#96;`b`"],
    ["`", "&#96;"],
    ["(@a),", "(`@a`),"],
    ["等待@a说", "等待`@a`说"],
    ["1. a", "`1.` a"],
    ["deadbeef", "`deadbeef`"],
    ["", ""],
  ])("%s becomes %s", (text, expected) => expect(prose(text)).toBe(expected));

  it("is code when it is a name, with room for its spaces", () => {
    expect(code("a b")).toBe("`a b`");
    expect(code(" a")).toBe("`  a `");
    expect(code("a`| b")).toBe("`a`&#96;&#124;`  b `");
  });

  it("in a fence needs a longer one", () => {
    expect(codeBlock(["a", "````", "\u001b"], "text")).toBe("`````text\na\n````\n\\x1b\n`````");
    expect(
      codeBlock(["`".repeat(300)], "text")
        .split("\n")
        .map((line) => line.length),
    ).toEqual([69, 65, 65]);
  });
});
