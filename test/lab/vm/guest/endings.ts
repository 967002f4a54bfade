/** Recordings with tracers that end in every way there is: does anything of theirs go on, and is tracefs as it was? */
import { mkdirSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { TRACER_NAMES, type TracerName } from "../../../../src/linux/index.ts";
import { killLoop, type KillReport } from "../../../support/kill-loop.ts";
import { generator } from "../../../support/random-rows.ts";
import { startCaptureChild } from "../../../support/start-capture-child.ts";
import type { GuestEndings } from "../types.ts";
import { tracefsChanges } from "./tracefs-changes.ts";

const FILE = "dist/capture-child.mjs";
/** Under emulation it is armed after some 2 s; from 3 s on tracers run that run alone. */
const MAX_DELAY_MS = 7_000;
const RECORD_MS = 600;
const FUNCTIONS = ["vfs_read", "vfs_write"];

/** What stays of one that ended by itself or by an error: exit code, and what it said last. */
export interface Ending {
  readonly how: "success" | "no-such-function" | "no-space";
  readonly code: number | string;
  readonly said: unknown;
}

export interface Endings {
  readonly killed: KillReport;
  readonly interrupted: KillReport;
  readonly others: readonly Ending[];
  /** files of tracefs that are not as they were */
  readonly changed: readonly string[];
}

/** Each tracer in turn, with timerlat or a latency tracer beside the ones that run alone. */
const tracersOf = (kill: number): TracerName[] => [TRACER_NAMES[kill % TRACER_NAMES.length] as TracerName, kill % 2 === 0 ? "timerlat" : "wakeup"];

export async function playEndings({ kills, interrupts }: GuestEndings): Promise<Endings> {
  const changes = tracefsChanges();
  const common = { file: FILE, maxDelayMs: MAX_DELAY_MS, isHalfRecording: true, recordMs: RECORD_MS, random: generator(7), tracersOf, functions: FUNCTIONS };
  return {
    killed: await killLoop({ ...common, kills }),
    interrupted: await killLoop({ ...common, kills: interrupts, signal: "SIGINT" }),
    others: await endByItself(),
    changed: changes(),
  };
}

async function endByItself(): Promise<Ending[]> {
  const small = "/run/small";
  mkdirSync(small);
  execFileSync("/bin/busybox", ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", small]);
  const end = async (how: Ending["how"], output: string, tracers: readonly TracerName[], functions: readonly string[]): Promise<Ending> => {
    const child = startCaptureChild(FILE, { output, stateDirectory: "/run/state", ms: RECORD_MS, tracers, functions });
    // its room is there when it starts, and is gone when it writes
    if (how === "no-space") await child.until("recording").then(() => fill(`${small}/fill`));
    return { how, code: await child.ended, said: child.lines.at(-1) };
  };
  mkdirSync("/run/state", { mode: 0o700 });
  return [
    // all at once: those that exclude each other take turns
    await end("success", "/run/success", TRACER_NAMES, FUNCTIONS),
    // the last of them refuses: the others are armed
    await end("no-such-function", "/run/no-such", ["wakeup", "timerlat", "function_graph"], [...FUNCTIONS, "no_such_function"]),
    await end("no-space", `${small}/recording`, TRACER_NAMES, FUNCTIONS),
  ];
}

function fill(path: string): void {
  try {
    for (;;) writeFileSync(path, Buffer.alloc(65_536), { flag: "a" });
  } catch {
    // full
  }
}
