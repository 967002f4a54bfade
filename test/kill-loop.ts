/** F01: records are started and killed at random moments. node scripts/run-ts.js test/kill-loop.ts [KILLS] prints the figures. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { janitor } from "../src/capture/index.ts";
import { locateTracefs, type Tracefs } from "../src/linux/index.ts";
import { generator } from "./support/random-rows.ts";
import { buildCaptureChild, startCaptureChild } from "./support/start-capture-child.ts";

export interface KillReport {
  readonly kills: number;
  /** an instance was there when the process was dead */
  readonly leftInstance: number;
  /** the process was recording */
  readonly killedRecording: number;
  /** ms until tracing was off everywhere in what was left */
  readonly worstStopMs: number;
  /** ms that the janitor took */
  readonly worstJanitorMs: number;
  /** recordings whose unfinished directory the janitor named */
  readonly spoolsNamed: number;
  /** instances of ours, or records, that are still there after the janitor */
  readonly remaining: readonly string[];
}

/** `maxDelayMs` from the start of the process: start-up and arming take about 500 ms, then it records. */
export async function killLoop(kills: number, maxDelayMs: number, random: () => number): Promise<KillReport> {
  const tracefs = locateTracefs();
  const folder = mkdtempSync(join(tmpdir(), "stallscope-kill-"));
  const stateDirectory = join(folder, "state");
  mkdirSync(stateDirectory, { mode: 0o700 });
  const file = await buildCaptureChild("kill-loop");
  let [leftInstance, killedRecording, worstStopMs, worstJanitorMs, spoolsNamed] = [0, 0, 0, 0, 0];
  const remaining: string[] = [];
  try {
    for (let kill = 0; kill < kills; kill++) {
      const child = startCaptureChild(file, { output: join(folder, `run-${kill}`), stateDirectory, ms: 20_000 });
      await sleep(random() * maxDelayMs);
      child.process.kill("SIGKILL");
      await child.ended;
      const dead = performance.now();
      const ours = (): string[] => tracefs.instances().filter((name) => name.startsWith(`stallscope-${child.pid}-`));
      if (ours().length > 0) leftInstance++;
      if (child.lines.some((said) => said["progress"] === "recording")) killedRecording++;
      // an instance killed between mkdir and tracing_on=0 is on, but no event in it is (X5): nothing is recorded
      while (ours().some((name) => isRecording(tracefs, name)) && performance.now() - dead < 5_000) await sleep(5);
      worstStopMs = Math.max(worstStopMs, performance.now() - dead);
      const begin = performance.now();
      const report = janitor({ stateDirectory });
      worstJanitorMs = Math.max(worstJanitorMs, performance.now() - begin);
      spoolsNamed += report.spools.length;
      remaining.push(...ours(), ...janitor({ stateDirectory }).spools);
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

if (process.argv[1]?.endsWith("kill-loop.ts") === true) console.log(await killLoop(Number(process.argv[2] ?? 200), 1200, generator(Date.now() % 100_000)));
