/** Would the comparison with trace-cmd notice? The reports of a kept recording, each changed at one place. */
import { gunzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compareWithTraceCmd } from "./oracle.ts";
import { keptReport } from "./oracle/kept-report.ts";
import type { ReportMode, ReportSource } from "./oracle/report-text.ts";

const RECORDING = new URL("../traces/vm-6.1-sched.dat.gz", import.meta.url).pathname;

/** The report of one mode with the first match replaced. */
const changed =
  (mode: ReportMode, pattern: RegExp | string, replacement: string): ReportSource =>
  (wanted) => {
    if (wanted !== mode) return keptReport(RECORDING)(wanted);
    const text = reportText(mode);
    const other = text.replace(pattern, replacement);
    expect(other, "the pattern occurs").not.toBe(text);
    return (async function* () {
      yield Buffer.from(other, "latin1");
    })();
  };
const FILES: Readonly<Record<ReportMode, string>> = { raw: "report-raw", plain: "report", latency: "report-latency" };
const reportText = (mode: ReportMode): string => gunzipSync(readFileSync(RECORDING.replace(/\.dat\.gz$/, `.${FILES[mode]}.txt.gz`))).toString("latin1");

describe("the comparison with trace-cmd", () => {
  it("agrees with the report as it is", async () => {
    const result = await compareWithTraceCmd(RECORDING, { report: keptReport(RECORDING) });
    expect(result.difference).toBeUndefined();
    expect(result.records).toBeGreaterThan(100);
  });

  it.each([
    ["raw", "a line less", /\n.*sched_waking.*\n/, "\n"],
    ["raw", "a line more", /\n(.*sched_waking.*)\n/, "\n$1\n$1\n"],
    ["raw", "two lines in another order", /\n(.*sched_waking.*)\n(.*)\n/, "\n$2\n$1\n"],
    ["raw", "a time", /(\.\d{8})\d: sched_switch/, "$1x: sched_switch"],
    ["raw", "a flag", /-0x1 /, "-0x5 "],
    ["raw", "a field", /next_pid=(\d+)/, "next_pid=1$1"],
    ["raw", "a field in another base", / vec=9(?=[\s\S]* vec=9)/, " vec=11"],
    ["raw", "a name in a field", /next_comm=(?!swapper)\w/, "next_comm=Q"],
    ["raw", "a loss", /\n(?=.*sched_waking)/, "\nCPU:0 [7 EVENTS DROPPED]\n"],
    ["raw", "an event", /softirq_raise: /, "softirq_rise: "],
    ["raw", "a CPU", / 0-0x1 /, " 1-0x1 "],
    ["raw", "a thread", /(<idle>-)0/, "$11"],
    ["raw", "the last line missing", /\n[^\n]+\n$/, "\n"],
    ["plain", "the name of a thread", /<idle>-0/, "<ilde>-0"],
    ["plain", "a time in us", /(\.\d{5})\d: sched_switch/, "$1x: sched_switch"],
    ["latency", "a state", /prev_state=S/, "prev_state=D"],
    ["latency", "the latency column", /0d\.h/, "0d.s"],
  ] as const)("report %s: notices %s", async (mode, _, pattern, replacement) => {
    const { difference } = await compareWithTraceCmd(RECORDING, { report: changed(mode, pattern, replacement), modes: [mode] });
    expect(difference).toMatch(new RegExp(`report (${mode}|\\(${mode}\\))|\\(${mode}\\): the report ends`));
  });
});
