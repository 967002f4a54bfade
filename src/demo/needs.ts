/** Can a scenario be played on this host, and if not, why? */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { cgroupOf } from "../linux/index.ts";
import { SCENARIOS } from "./scenarios.ts";
import { isDisk, stateParent } from "./state-folder.ts";
import { PROGRAMS, findProgram } from "./programs.ts";
import type { Need, ScenarioId } from "./types.ts";

/** One sentence for everything that is missing; empty when it can be played. */
export function missingNeeds(scenario: ScenarioId): string[] {
  return SCENARIOS[scenario].needs.flatMap((need) => CHECKS[need]() ?? []);
}

const CHECKS: Readonly<Record<Need, () => string | undefined>> = {
  root: () => (process.getuid?.() === 0 ? undefined : "it needs root"),
  taskset: () => program("taskset"),
  chrt: () => program("chrt"),
  dd: () => program("dd"),
  mkfifo: () => program("mkfifo"),
  "two-cpus": () => (availableParallelism() >= 2 ? undefined : "it needs two CPUs, or the whole machine would stand still"),
  "rt-runtime": () => (hasRealTime() ? undefined : "no real-time run time is granted to our group of threads"),
  "cgroup-cpu": () => (cgroupOf(process.pid, "cpu") === undefined ? "no cgroup hierarchy with the cpu controller is mounted" : undefined),
  disk: () => (isDisk(stateParent(undefined)) ? undefined : "no temporary folder lies on a disk"),
};

const program = (name: keyof typeof PROGRAMS): string | undefined =>
  findProgram(name) === undefined ? `the program ${name} (${PROGRAMS[name].package}) is not installed` : undefined;

/** With RT_GROUP_SCHED a group has its own allowance, 0 unless somebody gave it one. */
function hasRealTime(): boolean {
  const group = cgroupOf(process.pid, "cpu");
  if (group?.version !== 1) return true;
  try {
    return Number(readFileSync(`${group.path}/cpu.rt_runtime_us`, "utf8")) !== 0;
  } catch {
    return true;
  }
}
