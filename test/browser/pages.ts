/** Reports to look at: five causes. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { htmlReport } from "../../src/cli/html-report.ts";
import { withSentences, type Language } from "../../src/report/index.ts";
import type { RunResult } from "../../src/result/index.ts";
import { buildTimeline, type Timeline } from "../../src/timeline/index.ts";
import { explainedBundle } from "../support/export-scenes.ts";
import { byDisk, bySleeper, byTimer, diagnose, NR, request, waits, type Drawn } from "../support/request-scene.ts";

export interface ReportCase {
  readonly cause: string;
  readonly result: RunResult;
  readonly timeline: Timeline;
}

const drawn = (cause: string, one: Drawn): ReportCase => ({ cause, result: diagnose(one), timeline: buildTimeline(one.scene.trace()) });

/** The first is real, the others are drawn. */
export function reportCases(): readonly ReportCase[] {
  const { result, timeline } = explainedBundle();
  const disk = waits({ state: "D", call: [NR.read, [7]], stack: ["io_schedule", "folio_wait_bit_common", "vfs_read"], wake: byDisk });
  const timer = waits({ state: "S", call: [NR.nanosleep, []], stack: ["do_nanosleep", "hrtimer_nanosleep"], wake: byTimer });
  const lock = waits({
    state: "S",
    call: [NR.futex, [4096, 0]],
    stack: ["futex_wait_queue", "do_futex"],
    others: [{ tid: 21, pid: 20, comm: "cache" }],
    wake: bySleeper(21),
  });
  const packets = request(60_000, [], (scene) => {
    for (let at = 1000; at < 50_000; at += 500) scene.softirqRaise(1, 3).softirq(1, at, at + 300, 3);
    return scene;
  });
  return [
    { cause: "cpu-rival", result, timeline },
    drawn("block-io", { scene: disk, end: 60_000, facts: { devices: { "254:0": "vda" } } }),
    drawn("app-sleep", { scene: timer, end: 60_000 }),
    drawn("lock-contention", { scene: lock, end: 60_000 }),
    drawn("softirq-load", { scene: packets, end: 60_000 }),
  ];
}

/** The file's path. */
export function writeReport(folder: string, { cause, result, timeline }: ReportCase, lang: Language): string {
  const file = join(folder, `${cause}-${lang}.html`);
  writeFileSync(file, htmlReport({ result, timeline, lang, source: cause }));
  return file;
}

export const told = (result: RunResult, lang: Language): RunResult => withSentences(result, lang);
