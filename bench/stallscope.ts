/** The command as a user runs it. */
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT } from "../src/base/index.ts";
import { timedProgram } from "./figures.ts";

export const STALLSCOPE = [process.execPath, "bin/stallscope.js"] as const;
/** "cannot tell" is an answer that takes as long as any other */
export const ANSWERED = [EXIT.ok, EXIT.inconclusive];

/** ms of `stallscope analyze FILE`. */
export const timedAnalyze = (file: string): number => timedProgram([...STALLSCOPE, "analyze", file], ANSWERED);

/** Largest resident memory of `stallscope analyze FILE`, MiB, and its ms. */
export function analyzeWithMemory(file: string): { ms: number; peakMiB: number } {
  const report = join(tmpdir(), `stallscope-bench-rss-${process.pid}`);
  const hook = `import { writeFileSync } from "node:fs"; process.on("exit", () => writeFileSync(${JSON.stringify(report)}, String(process.resourceUsage().maxRSS)));`;
  try {
    const ms = timedProgram([process.execPath, "--import", `data:text/javascript,${encodeURIComponent(hook)}`, "bin/stallscope.js", "analyze", file], ANSWERED);
    return { ms, peakMiB: Number(readFileSync(report, "utf8")) / 1024 };
  } finally {
    rmSync(report, { force: true });
  }
}
