import { describe, expect, it } from "vitest";
import { brokenLaws, runResultSchema } from "../result/index.ts";
import { rivalRun, unclearRun } from "./fixtures.ts";
import { widthOf } from "./layout.ts";
import { renderSummary, renderTerminal } from "./terminal.ts";
import { sentenceFor, withSentences } from "./sentence.ts";

const render = (result = rivalRun(), lang: "en" | "zh" = "en", columns = 100): string => renderTerminal(result, { lang, columns, color: false });
const isCommand = (line: string): boolean => /^ {4,}(undo: |撤销：)?(taskset|renice)/.test(line);

describe("fixtures", () => {
  it("are valid results that keep the laws of the account", () => {
    for (const run of [rivalRun(), unclearRun()]) {
      expect(runResultSchema.safeParse(run).error).toBeUndefined();
      expect(brokenLaws({ ...run, requests: run.requests.filter(({ status }) => status === "ok") })).toEqual([]);
    }
  });
});

describe("renderTerminal", () => {
  it("says first which request was late, by how much, and who did it", () => {
    const [first, second] = render().split("\n");
    expect(first).toBe("Request 3 was 951 ms late (1 203 ms instead of 252 ms): for 951 ms (79 %) it was ready to run, but");
    expect(second).toBe("stress-ng-cpu[5150/5151] held its CPU.");
  });

  it("has its sections in the order of need", () => {
    const text = render();
    const titles = [
      "Request 3 was",
      "cause cpu-rival",
      "What to type",
      "Where the time",
      "The account",
      "Compared with",
      "Evidence",
      "The other",
      "How far to",
    ];
    const places = titles.map((title) => text.indexOf(title));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBe(0);
  });

  it("says why it is so sure, by which witnesses", () => {
    const sure = (cause: string, confidence: "high" | "medium" | "low"): string =>
      render({ ...rivalRun(), verdict: { ...rivalRun().verdict, cause, confidence } }, "en", 160);
    expect(render()).toContain("confidence high (the trace, and the run-queue wait of the service's threads, or\nCPU pressure)");
    expect(sure("block-io", "medium")).toContain("confidence medium (the trace alone; the second witness would be I/O pressure)");
    expect(sure("block-io", "low")).toContain("confidence low (I/O pressure says otherwise)");
    // no second witness is known of this one, nor of causes of a newer version
    expect(sure("application-cpu", "medium")).toContain("confidence medium (the trace alone) ");
    expect(sure("quantum-noise", "high")).toContain("confidence high (trace and counters) ");
  });

  it("gives the first remedy in full, two others with their undo, and names the rest", () => {
    expect(render()).toContain(
      "  or: Let the other program run only when the CPU is free (low risk)\n    renice -n 19 -p 5150\n      undo: renice -n 0 -p 5150\n\n",
    );
    const [first, ...others] = rivalRun().diagnoses;
    if (first === undefined) throw new Error("a fixture without a diagnosis");
    const withRemedies = (remedies: typeof first.remedies): string => render({ ...rivalRun(), diagnoses: [{ ...first, remedies }, ...others] });
    expect(withRemedies([])).toContain("Nothing to type");
    const many = ["move-rival", "renice-rival", "swap-size", "keep-in-page-cache", "new-one"].map((id) => ({
      id,
      risk: "low" as const,
      commands: [],
      undo: [],
      verify: id,
    }));
    expect(withRemedies(many)).toContain("it helped when: move-rival\n  or: Let the other");
    expect(withRemedies(many)).toContain("\n  or, see --json: Keep the file in memory (low risk); new-one (low risk)\n");
  });

  it("tells the other requests in a line each: late or not, and by which cause", () => {
    const run = rivalRun();
    const [zero, one, ...rest] = run.requests;
    if (zero === undefined || one === undefined || run.contrast === undefined) throw new Error("a fixture without requests");
    const mixed = {
      ...run,
      requests: [
        { ...zero, verdict: { ...zero.verdict, cause: "block-io", costNs: 90_000_000 } },
        { ...one, status: "timeout" as const, error: "no answer" },
        ...rest,
      ],
      contrast: { ...run.contrast, slow: ["0", "3"], fast: ["2", "4"] },
    };
    expect(render(mixed)).toMatch(
      /\n {2}0 {2}250 ms {2}late {7}It waited for a disk: 90.0 ms\n {2}1 {2}251 ms {2}timed out {2}no answer\n {2}2 {2}253 ms {2}not late/,
    );
    const many = { ...run, requests: [...run.requests, ...Array.from({ length: 12 }, (_, index) => ({ ...one, id: `x${index}` }))] };
    expect(render(many)).toContain("+6 more, see --json");
    expect(render({ ...run, requests: run.requests.slice(3, 4) })).not.toContain("The other requests");
  });

  it("says how far to trust it: clock, overhead, machine, and losses without a number", () => {
    const run = rivalRun();
    const { capture, host } = run;
    expect(render(run)).toContain("Nothing is missing: all events were recorded and none were lost.\n  The clock mono is the same for all CPUs.");
    expect(render(run)).toContain("What the recording cost on our side is not known.");
    expect(render(run)).toContain("The machine: Linux 6.18.0, x86_64, 2 CPUs.\n  Made by stallscope 0.1.0 from 48 211 events in 3 000 ms");
    const other = render({
      ...run,
      host: { cpus: host.cpus },
      capture: {
        ...capture,
        clock: "local",
        overhead: { ownCpuNs: 12_300_000, events: 48_000, bytes: 2 ** 21 },
        lost: { total: 0, perCpu: [{ cpu: 1, count: 0, intervals: 2 }] },
      },
    });
    expect(other).toContain("Events were lost in 2 places (CPU 1); how many is not known.");
    expect(other).toContain("The clock local may differ between CPUs");
    expect(other).toContain("On our side, storing 48 000 events (2.0 MiB) took 12.3 ms of CPU time.");
    expect(other).toContain("The machine: kernel not known, 2 CPUs.");
    expect(other).not.toContain("Nothing is missing");
    expect(render({ ...run, capture: { ...capture, clock: "" } })).toContain("does not say which clock");
  });

  it("closes the account", () => {
    const text = render();
    expect(text).toMatch(/1 203\.2 ms +100 % +3?= the whole request, to the nanosecond/);
    expect(text).toMatch(/951\.0 ms +79 % +█+.? +waiting for a CPU +stress-ng-cpu\[5150\/5151\] held it/);
    expect(text).toContain("3 more");
  });

  it("puts the threads of one rival process in one row, and says when the named one was not alone", () => {
    const run = rivalRun();
    const many = {
      ...run,
      requests: run.requests.map((request) => ({
        ...request,
        account: request.account.flatMap((row) =>
          row.culprit.kind !== "rival"
            ? [row]
            : [0, 1].map((half) => ({ ...row, ns: row.ns / 2, share: row.share / 2, culprit: { ...row.culprit, tid: 5151 + half } })),
        ),
      })),
    };
    expect(render(many)).toMatch(/951\.0 ms +79 % +█+.? +waiting for a CPU +stress-ng-cpu\[5150\] \(2 threads\) held it/);
    expect(render(many)).toContain("stress-ng-cpu[5150/5151] held its CPU.");
    const company = {
      ...many,
      requests: many.requests.map((request) => ({
        ...request,
        account: request.account.map((row) => (row.culprit.tid === 5152 ? { ...row, culprit: { ...row.culprit, pid: 6000 } } : row)),
      })),
    };
    expect(render(company)).toContain("stress-ng-cpu[5150/5151] and others held its CPU.");
  });

  it("shows an account that does not close", () => {
    const run = rivalRun();
    const broken = { ...run, requests: run.requests.map((request) => ({ ...request, durationNs: request.durationNs + 7 })) };
    expect(render(broken)).toContain("differ from the request by -7 ns");
  });

  it("gives evidence with times relative to the request, and commands with their undo", () => {
    const text = render();
    expect(text).toContain("+67.386 ms  cpu1  sched_switch: prev_comm=tts-worker");
    expect(text).toContain("\n    taskset -a -c -p 0 5150\n      undo: taskset -a -c -p 0-1 5150\n");
  });

  it("compares with the fast requests", () => {
    expect(render()).toContain("request 3 took 1 203 ms, the other 4 took 252 ms (median)");
    expect(render()).toMatch(/\+951 ms +waiting for a CPU: 951 ms instead of 0 ms/);
  });

  it.each([
    ["en", 60],
    ["en", 100],
    ["zh", 60],
    ["zh", 100],
  ] as const)("stays inside the columns: %s %d", (lang, columns) => {
    for (const run of [rivalRun(), unclearRun()]) {
      const tooWide = render(run, lang, columns)
        .split("\n")
        .filter((line) => widthOf(line) > columns && !isCommand(line));
      expect(tooWide).toEqual([]);
    }
  });

  it("is laid out for 60 columns when there are fewer", () => {
    expect(render(rivalRun(), "en", 20)).toBe(render(rivalRun(), "en", 60));
  });

  it("speaks Chinese", () => {
    const text = render(rivalRun(), "zh");
    expect(text).toContain("请求 3 晚了 951 ms");
    expect(text).toContain("等待 CPU");
    expect(text).not.toMatch(/\b(waiting|account|Evidence|request)\b/);
  });

  it("contains no control character without colour, whatever a thread calls itself", () => {
    const hostile = rivalRun("\u001b]0;owned\u0007\u202e\u009b31m\r\n");
    for (const lang of ["en", "zh"] as const) {
      // oxlint-disable-next-line no-control-regex
      expect(render(hostile, lang)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }
    expect(render(hostile)).toContain("\\x1b]0;owned");
  });

  it("says the same in colour", () => {
    const colored = renderTerminal(rivalRun(), { lang: "en", columns: 100, color: true });
    expect(colored).toContain("\u001b[");
    // oxlint-disable-next-line no-control-regex
    expect(colored.replace(/\u001b\[\d+m/g, "")).toBe(render());
  });

  it("says what is missing: lost events, unknown time, failed requests, missing events", () => {
    const text = render(unclearRun());
    expect(text).toContain("the cause cannot be told (sched:sched_waking: this kernel");
    expect(text).toContain("1 234 events were lost (cpu 1: 1234)");
    expect(text).toContain("90.0 ms (77 %) of the request is lost or unknown: events were lost on cpu 1.");
    expect(text).toContain("Request 1 did not succeed: the service closed the connection.");
    expect(text).toContain("Could not look for cfs-quota, lock-contention");
    expect(text).toContain("?????");
    expect(text).not.toContain("What to type");
  });

  it("says that nothing is missing only when nothing is", () => {
    expect(render()).toContain("Nothing is missing");
    expect(render(unclearRun())).not.toContain("Nothing is missing");
  });

  it("has something to say without any request", () => {
    expect(render({ ...rivalRun(), requests: [], verdict: { ...unclearRun().verdict, missing: [] } })).toContain("There is no request to explain");
  });
});

describe("sentences", () => {
  it("are one line for -q", () => {
    expect(renderSummary(rivalRun())).toBe(
      "Request 3 was 951 ms late (1 203 ms instead of 252 ms): for 951 ms (79 %) it was ready to run, but stress-ng-cpu[5150/5151] held its CPU.\n",
    );
  });

  it("fill every empty sentence of a result and leave the others", () => {
    const run = rivalRun();
    const filled = withSentences({ ...run, verdict: { ...run.verdict, sentence: "kept" } }, "en");
    expect(filled.verdict.sentence).toBe("kept");
    expect(filled.requests.map(({ verdict }) => verdict.sentence)).toEqual([
      expect.stringContaining("Request 0 took 250 ms: no single cause"),
      expect.stringContaining("Request 1 took"),
      expect.stringContaining("Request 2 took"),
      expect.stringContaining("Request 3 was 951 ms late"),
      expect.stringContaining("Request 4 took"),
    ]);
  });

  it("name a cause of a newer version by its id", () => {
    const run = rivalRun();
    expect(sentenceFor({ ...run.verdict, cause: "quantum-noise" }, run.requests[3], "en")).toContain("quantum-noise cost 951");
  });

  it("name who is not a thread", () => {
    const run = rivalRun();
    const say = (cause: string, culprit: NonNullable<typeof run.verdict.culprit> | undefined): string =>
      sentenceFor({ ...run.verdict, cause, culprit }, run.requests[3], "en");
    expect(say("softirq-load", { kind: "softirq", function: "NET_RX" })).toContain("mostly softirq NET_RX");
    expect(say("cfs-quota", { kind: "throttled", detail: "/docker/ab" })).toContain("was used up (/docker/ab)");
    expect(say("irqs-off", { kind: "irqs-off" })).toContain("something that could not be named kept interrupts off");
    expect(say("stopped", undefined)).toMatch(/it was stopped\.$/);
    expect(say("kswapd-reclaim", { kind: "kernel-thread", comm: "kswapd0", pid: 41, tid: 41 })).toContain("the kernel thread kswapd0[41/41] was freeing");
  });
});
