/** F01, F04: recordings are started and signalled at random moments. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { janitor } from "../../src/capture/index.ts";
import { locateTracefs, ownProbes, type TracerName, type Tracefs } from "../../src/linux/index.ts";
import { startCaptureChild } from "./start-capture-child.ts";

export interface KillReport {
  readonly kills: number;
  /** an instance or a probe was there when the process was dead */
  readonly leftInstance: number;
  /** the process was recording */
  readonly killedRecording: number;
  /** ms until tracing was off everywhere in what was left, and no tracer kept a CPU busy */
  readonly worstStopMs: number;
  /** ms that the janitor took */
  readonly worstJanitorMs: number;
  /** recordings whose unfinished directory the janitor named */
  readonly spoolsNamed: number;
  /** instances of ours, or records, that are still there after the janitor */
  readonly remaining: readonly string[];
}

export interface KillPlan {
  readonly kills: number;
  /** capture-child, built */
  readonly file: string;
  /** from the start of the process: start-up and arming take about 500 ms, then it records */
  readonly maxDelayMs: number;
  /** of every second one the moment lies in its recording, however fast the machine is */
  readonly isHalfRecording?: boolean;
  /** how long it records, if nobody kills it */
  readonly recordMs?: number;
  readonly random: () => number;
  readonly tracersOf?: (kill: number) => readonly TracerName[];
  readonly functions?: readonly string[];
  /** default SIGKILL; after another the process undoes everything by itself */
  readonly signal?: NodeJS.Signals;
}

/** Kernel threads of tracers with a workload of their own. */
const WORKLOAD = /^(?:timerlat\/\d+|osnoise\/\d+|hwlatd.*)$/;
const MOST_MS = 5_000;

export async function killLoop(plan: KillPlan): Promise<KillReport> {
  const { kills, file, maxDelayMs, isHalfRecording = false, recordMs = 20_000, random, tracersOf = () => [], functions = [], signal = "SIGKILL" } = plan;
  const tracefs = locateTracefs();
  const folder = mkdtempSync(join(tmpdir(), "stallscope-kill-"));
  const stateDirectory = join(folder, "state");
  mkdirSync(stateDirectory, { mode: 0o700 });
  let [leftInstance, killedRecording, worstStopMs, worstJanitorMs, spoolsNamed] = [0, 0, 0, 0, 0];
  const remaining: string[] = [];
  try {
    for (let kill = 0; kill < kills; kill++) {
      const child = startCaptureChild(file, { output: join(folder, `run-${kill}`), stateDirectory, ms: recordMs, tracers: tracersOf(kill), functions });
      const isRecordingFirst = isHalfRecording && kill % 2 === 1;
      if (isRecordingFirst) await child.until("recording");
      await sleep(random() * (isRecordingFirst ? recordMs : maxDelayMs));
      child.process.kill(signal);
      await child.ended;
      const dead = performance.now();
      const ours = (): string[] => [
        ...tracefs.instances().filter((name) => name.startsWith(`stallscope-${child.pid}-`)),
        ...ownProbes(tracefs).map(({ group, event }) => `${group}/${event}`),
      ];
      if (ours().length > 0) leftInstance++;
      if (child.lines.some((said) => said["progress"] === "recording")) killedRecording++;
      // an instance killed between mkdir and tracing_on=0 is on, but no event in it is (X5): nothing is recorded
      while ((ours().some((name) => isRecording(tracefs, name)) || workloads().length > 0) && performance.now() - dead < MOST_MS) await sleep(5);
      worstStopMs = Math.max(worstStopMs, performance.now() - dead);
      const begin = performance.now();
      const report = janitor({ stateDirectory });
      worstJanitorMs = Math.max(worstJanitorMs, performance.now() - begin);
      spoolsNamed += report.spools.length;
      remaining.push(...ours(), ...workloads(), ...janitor({ stateDirectory }).spools);
    }
    return { kills, leftInstance, killedRecording, worstStopMs: Math.round(worstStopMs), worstJanitorMs: Math.round(worstJanitorMs), spoolsNamed, remaining };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isRecording(tracefs: Tracefs, name: string): boolean {
  const says = (file: string): string => {
    try {
      return readFileSync(tracefs.path("instances", name, file), "utf8").trim();
    } catch {
      return "";
    }
  };
  return says("tracing_on") === "1" && says("set_event") !== "";
}

function workloads(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const comm = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
        return WORKLOAD.test(comm) ? [comm] : [];
      } catch {
        return [];
      }
    });
}
