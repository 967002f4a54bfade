/** How is something measured, and how is it said? Always several runs, always with their spread. */
import { spawnSync } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";

export interface Row {
  readonly what: string;
  /** ms, one a run */
  readonly runs: readonly number[];
  readonly remark: string;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};

/** ms that `work` took. */
export function timed(work: () => void): number {
  const began = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - began) / 1e6;
}

/** ms that a program took, output thrown away. Throws when it could not run or ended with another code than `accepted`. */
export function timedProgram(argv: readonly [string, ...string[]], accepted: readonly number[] = [0]): number {
  const nowhere = openSync("/dev/null", "w");
  let status: number | null = null;
  let stderr = "";
  const took = timed(() => {
    const done = spawnSync(argv[0], argv.slice(1), { stdio: ["ignore", nowhere, "pipe"], encoding: "utf8" });
    if (done.error !== undefined) throw done.error;
    ({ status, stderr } = done);
  });
  if (status === null || !accepted.includes(status)) throw new Error(`${argv.join(" ")} ended with ${String(status)}: ${stderr.trim()}`);
  return took;
}

/** Runs each in turn, `count` times round: whatever else the machine does hits all of them. */
export function alternate(count: number, measures: readonly (() => number)[]): number[][] {
  const runs = measures.map((): number[] => []);
  for (let round = 0; round < count; round++) measures.forEach((measure, index) => runs[index]?.push(measure()));
  return runs;
}

export function table(rows: readonly Row[]): string {
  const cells = [
    ["what", "runs", "median ms", "min", "max", ""],
    ...rows.map(({ what, runs, remark }) => [
      what,
      String(runs.length),
      ...[median(runs), Math.min(...runs), Math.max(...runs)].map((value) => value.toFixed(1)),
      remark,
    ]),
  ];
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  const isNumber = (column: number): boolean => column >= 1 && column <= 4;
  return cells
    .map((row) =>
      row
        .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Millions in a second. */
export const perSecond = (ms: number, count: number): string => (count / (ms / 1000) / 1e6).toFixed(1);

export function machine(): string {
  const model = /^model name\s*: (.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? process.arch;
  return `${model}, ${cpus().length} CPUs, ${(totalmem() / 2 ** 30).toFixed(1)} GiB, Linux ${release()}, Node ${process.versions.node}, load ${(loadavg()[0] ?? 0).toFixed(2)}`;
}
