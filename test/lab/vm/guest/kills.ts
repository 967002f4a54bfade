/** Recordings with tracers, killed at random moments: does anything of theirs go on, and is tracefs as it was? */
import { TRACER_NAMES } from "../../../../src/linux/index.ts";
import { killLoop, type KillReport } from "../../../support/kill-loop.ts";
import { generator } from "../../../support/random-rows.ts";
import { dumpTracefs } from "../../../support/tracefs-dump.ts";

const TRACEFS = "/sys/kernel/tracing";
/** Under emulation it is armed after some 2 s; from 3 s on tracers run that run alone. */
const MAX_DELAY_MS = 7_000;
const RECORD_MS = 600;

export interface TracerKills extends KillReport {
  /** files of tracefs that are not as they were */
  readonly changed: readonly string[];
}

/** Each tracer in turn, with timerlat or a latency tracer beside the ones that run alone. */
const tracersOf = (kill: number): string[] => [TRACER_NAMES[kill % TRACER_NAMES.length] as string, kill % 2 === 0 ? "timerlat" : "wakeup"];

export async function killTracers(kills: number): Promise<TracerKills> {
  const before = settled(dumpTracefs(TRACEFS));
  const report = await killLoop({ kills, file: "dist/capture-child.mjs", maxDelayMs: MAX_DELAY_MS, recordMs: RECORD_MS, random: generator(7), tracersOf });
  const after = settled(dumpTracefs(TRACEFS));
  return {
    ...report,
    changed: Object.keys({ ...before, ...after })
      .filter((file) => before[file] !== after[file])
      .map((file) => `${file}: ${JSON.stringify(before[file])} is ${JSON.stringify(after[file])} now`),
  };
}

/** The kernel says of the top level's ring "7 (expanded: 1408)" until tracing is used for the first time, by anybody, and then "7". */
const settled = (dump: Record<string, string>): Record<string, string> => ({
  ...dump,
  buffer_size_kb: (dump["buffer_size_kb"] ?? "").replace(/ \(expanded: \d+\)/, ""),
});
