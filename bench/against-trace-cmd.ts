/** How long does trace-cmd take for the same file? Side by side, alternating. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { alternate, median, perSecond, timedProgram, type Row } from "./figures.ts";
import { analyzeWithMemory, timedAnalyze } from "./stallscope.ts";

const TRACE_CMD = ["/usr/bin/trace-cmd", "/usr/local/bin/trace-cmd"].find((path) => existsSync(path));

export function againstTraceCmd(input: { file: string; label: string; events: number; count: number; notes: string[] }): Row[] {
  const { file, label, events, count, notes } = input;
  const { peakMiB } = analyzeWithMemory(file);
  const own = { what: `stallscope analyze, ${label}`, remark: `peak ${peakMiB.toFixed(0)} MiB` };
  if (TRACE_CMD === undefined) {
    if (!notes.includes(NO_TRACE_CMD)) notes.push(NO_TRACE_CMD);
    const [runs = []] = alternate(count, [() => timedAnalyze(file)]);
    return [{ ...own, runs, remark: `${perSecond(median(runs), events)} M events/s, ${own.remark}` }];
  }
  const [ours = [], theirs = []] = alternate(count, [() => timedAnalyze(file), () => timedProgram([TRACE_CMD, "report", "-i", file])]);
  const ratios = theirs.map((value, index) => value / (ours[index] as number));
  const ratio = `${median(ratios).toFixed(1)} times as fast as trace-cmd report (${Math.min(...ratios).toFixed(1)} to ${Math.max(...ratios).toFixed(1)})`;
  return [
    { ...own, runs: ours, remark: `${perSecond(median(ours), events)} M events/s, ${ratio}, ${own.remark}` },
    { what: `trace-cmd report, ${label}`, runs: theirs, remark: `${perSecond(median(theirs), events)} M events/s` },
  ];
}

const NO_TRACE_CMD = "trace-cmd is not installed: not compared with it";

/** False, with a note, when trace-cmd cannot. */
export function convertToV7(from: string, to: string, notes: string[]): boolean {
  if (TRACE_CMD === undefined) return false;
  const done = spawnSync(TRACE_CMD, ["convert", "-i", from, "-o", to, "--file-version", "7", "--compression", "zstd"], { encoding: "utf8" });
  if (done.status === 0 && existsSync(to)) return true;
  notes.push(`this trace-cmd writes no version 7 with zstd: ${(done.stderr.trim().split("\n").at(-1) ?? "").slice(0, 100)}`);
  return false;
}
