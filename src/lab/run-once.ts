/** One live run through the command itself, as a user would start it. */
import { spawn } from "node:child_process";
import { startDemoService } from "../demo/index.ts";
import { brokenLaws, parseResult, type RunResult } from "../result/index.ts";
import type { Outcome } from "./scoreboard.ts";

/** The demo checks itself: it exits 0 only when request, cause and culprit are right and tracefs is as before. */
export async function runScenario(scenario: string): Promise<Outcome> {
  const { code, stdout, stderr } = await stallscope(["demo", "--scenario", scenario, "--json"]);
  if (stdout === "") return { name: scenario, isRight: false, brokenLaws: 0, text: stderr.trim().split("\n").at(-1) ?? "" };
  const result = parseResult(stdout);
  return outcomeOf(scenario, result, code === 0);
}

/** The service undisturbed: nothing may be named. */
export async function runClean(): Promise<Outcome> {
  const service = await startDemoService();
  try {
    const { stdout, stderr } = await stallscope([
      "diagnose",
      "--trigger",
      "openai-speech",
      "--url",
      service.url,
      "--text",
      "Nothing disturbs this sentence.",
      "-n",
      "5",
      "--warmup",
      "8",
      "--json",
    ]);
    if (stdout === "") return { name: "clean", isRight: false, brokenLaws: 0, text: stderr.trim().split("\n").at(-1) ?? "" };
    const result = parseResult(stdout);
    return outcomeOf("clean", result, result.verdict.cause === "none");
  } finally {
    await service.stop();
  }
}

function outcomeOf(name: string, result: RunResult, isRight: boolean): Outcome {
  const durations = result.requests.map((request) => (request.durationNs / 1e6).toFixed(0)).join(" ");
  const { cause, request = "-", costNs, culprit } = result.verdict;
  return {
    name,
    isRight,
    brokenLaws: brokenLaws(result).length,
    text: `${cause} in request ${request}, ${(costNs / 1e6).toFixed(1)} ms, ${culprit?.comm ?? "nobody"}; requests took ${durations} ms`,
  };
}

function stallscope(args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["bin/stallscope.js", ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
