/** How many events does `perf sched latency` analyse in a second? On a recording of its own: it reads nothing but perf.data. */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { alternate, median, perSecond, timedProgram, type Row } from "./figures.ts";
import { timedAnalyze } from "./stallscope.ts";

const PERF = ["/usr/bin/perf", "/usr/local/bin/perf"].find((path) => existsSync(path));
/** Round trips of two processes over a pipe: some 1.5 million scheduler events */
const LOOPS = 200_000;

export function againstPerfSched(input: { folder: string; v6: string; events: number; count: number; notes: string[] }): Row[] {
  const { folder, v6, events, count, notes } = input;
  if (PERF === undefined) {
    notes.push("perf is not installed: not compared with it");
    return [];
  }
  const file = join(folder, "perf.data");
  const recorded = spawnSync(PERF, ["sched", "record", "-m", "64M", "-o", file, PERF, "bench", "sched", "pipe", "-l", String(LOOPS)], { encoding: "utf8" });
  const samples = Number(/\((\d+) samples\)/.exec(recorded.stderr)?.[1] ?? 0);
  if (recorded.status !== 0 || samples === 0 || statSync(file).size === 0) {
    notes.push(`perf sched record does not work here: ${recorded.stderr.trim().split("\n").at(-1)?.slice(0, 100) ?? ""}`);
    return [];
  }
  const [ours = [], theirs = []] = alternate(count, [() => timedAnalyze(v6), () => timedProgram([PERF, "sched", "latency", "-i", file])]);
  const ratios = theirs.map((value, index) => events / (ours[index] as number) / (samples / value));
  return [
    {
      what: "perf sched latency",
      runs: theirs,
      remark: `${perSecond(median(theirs), samples)} M events/s of ${samples}; stallscope analyze does ${median(ratios).toFixed(1)} times as many (${Math.min(...ratios).toFixed(1)} to ${Math.max(...ratios).toFixed(1)})`,
    },
  ];
}
