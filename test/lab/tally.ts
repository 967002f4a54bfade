/** How often was the verdict right? Rows of runs to figures, per variant and over all. */
import { isRunRow, type Row, type RunRow } from "./results.ts";

export interface Tally {
  /** judged runs */
  readonly runs: number;
  readonly causeRight: number;
  readonly culpritRight: number;
  readonly costRight: number;
  /** medians over the runs that have one; undefined when none has */
  readonly injectedNs: number | undefined;
  readonly reportedNs: number | undefined;
  /** of the absolute error, and of its share of what was injected */
  readonly errorNs: number | undefined;
  readonly errorShare: number | undefined;
  readonly verdictMs: number | undefined;
  /** runs by confidence of the verdict, e.g. `high 4, medium 1` */
  readonly confidences: string;
  /** clean runs in which a cause was named */
  readonly accusations: number;
  readonly cleanRuns: number;
  readonly unclosed: number;
  readonly voids: number;
  /** wrong verdicts, each once with how often */
  readonly wrong: string;
}

export function tally(rows: readonly Row[]): Tally {
  const runs = rows.filter(isRunRow);
  const judged = runs.filter((row) => row.kind === "run");
  const count = (test: (row: RunRow) => boolean): number => judged.filter(test).length;
  const middle = (of: (row: RunRow) => number | undefined): number | undefined => median(judged.flatMap((row) => of(row) ?? []));
  const clean = judged.filter((row) => row.wanted === "none");
  return {
    runs: judged.length,
    causeRight: count((row) => row.isCauseRight),
    culpritRight: count((row) => row.isCulpritRight),
    costRight: count((row) => row.isCostRight),
    injectedNs: middle((row) => row.injectedNs),
    reportedNs: middle((row) => row.reportedNs),
    errorNs: middle((row) => (row.costErrorNs === undefined ? undefined : Math.abs(row.costErrorNs))),
    errorShare: middle((row) => (row.costErrorNs === undefined || row.injectedNs === undefined ? undefined : Math.abs(row.costErrorNs) / row.injectedNs)),
    verdictMs: middle((row) => row.verdictMs),
    confidences: counted(judged.map((row) => row.confidence ?? "-")),
    accusations: clean.filter((row) => row.said !== "none" && row.said !== "inconclusive").length,
    cleanRuns: clean.length,
    unclosed: runs.filter((row) => row.brokenLaws.length > 0).length,
    voids: runs.length - judged.length,
    wrong: counted(judged.filter((row) => !row.isCauseRight).map((row) => row.said)),
  };
}

/** The lower of the two middle ones: a value that was seen. */
export const median = (values: readonly number[]): number | undefined => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];

function counted(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .toSorted(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .map(([word, many]) => `${word} ${many}`)
    .join(", ");
}
