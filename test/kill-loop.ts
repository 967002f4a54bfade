/** Starts captures and kills them at random moments (F01): what is left, how long does the kernel go on, does the janitor find all? */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { janitor } from "../src/capture/index.ts";
import { locateTracefs } from "../src/linux/index.ts";

export interface KillReport {
  readonly kills: number;
  /** an instance was there when the process died */
  readonly leftInstance: number;
  /** ms until tracing_on was 0 in everything left behind */
  readonly worstStopMs: number;
  /** after the janitor */
  readonly remaining: readonly string[];
  readonly stuck: readonly string[];
}

/** `maxDelayMs` from the start of the program: start-up takes about 150 ms, arming 400 ms more, then it records. */
export async function killLoop(kills: number, maxDelayMs: number, random: () => number): Promise<KillReport> {
  const tracefs = locateTracefs();
  const mine = new Set<string>();
  const folder = mkdtempSync(join(tmpdir(), "stallscope-kill-"));
  let leftInstance = 0;
  let worstStopMs = 0;
  const stuck: string[] = [];
  try {
    for (let kill = 0; kill < kills; kill++) {
      const child = spawn(process.execPath, ["bin/stallscope.js", "capture", "--pid", String(process.pid), "--duration", "20", "--output", join(folder, String(kill))], { stdio: "ignore" });
      const ended = new Promise((resolve) => child.once("exit", resolve));
      await sleep(random() * maxDelayMs);
      child.kill("SIGKILL");
      await ended;
      const killedAt = performance.now();
      const left = tracefs.instances().filter((name) => name.startsWith(`stallscope-${child.pid}-`));
      left.forEach((name) => mine.add(name));
      if (left.length > 0) leftInstance++;
      while (left.some((name) => isOn(tracefs.path("instances", name, "tracing_on")))) {
        await sleep(5);
        if (performance.now() - killedAt > 5000) break;
      }
      if (left.length > 0) worstStopMs = Math.max(worstStopMs, performance.now() - killedAt);
      stuck.push(...janitor().stuck);
    }
    return { kills, leftInstance, worstStopMs, remaining: tracefs.instances().filter((name) => mine.has(name)), stuck };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isOn(path: string): boolean {
  try {
    return readFileSync(path, "utf8").trim() === "1";
  } catch {
    return false;
  }
}
