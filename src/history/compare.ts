/** Are the requests of B slower than those of A, by how much, and which class of time moved? */
import { bootstrapInterval, fisherExact, hodgesLehmann, holm, mannWhitney, median } from "../base/index.ts";
import {
  CLASSES,
  COMPARISON_VERSION,
  SIGNIFICANT,
  type ClassShift,
  type Comparison,
  type ComparisonVerdict,
  type PathClass,
  type RequestResult,
  type RunResult,
  type Shift,
} from "../result/index.ts";
import { differencesOf } from "./differences.ts";
import { mostOf } from "./most-of.ts";
import { requestsToSettle, isSettledAsSame } from "./settle.ts";

export interface CompareOptions {
  /** requests that take longer are over the objective */
  readonly objectiveNs?: number;
  /** a share of A's median: a smaller shift of the latency does not matter */
  readonly matters: number;
}

/** Neither set may be without a request that succeeded: RangeError. */
export function compareRuns(runsA: readonly RunResult[], runsB: readonly RunResult[], { objectiveNs, matters }: CompareOptions): Comparison {
  const [a, b] = [succeeded(runsA), succeeded(runsB)];
  if (a.length === 0 || b.length === 0) throw new RangeError("a set without requests cannot be compared");
  const [durationsA, durationsB] = [a.map(durationOf), b.map(durationOf)];
  const latency = shiftOf(durationsA, durationsB);
  const mattersNs = matters * latency.medianA;
  const classes = classShifts(a, b);
  const verdict = verdictOf(latency, mattersNs, a.length, b.length);
  const more = verdict === "inconclusive" ? requestsToSettle(latency, mattersNs, a.length, b.length) : undefined;
  const over = (durations: readonly number[], limit: number): number => durations.filter((duration) => duration > limit).length;
  return {
    comparisonVersion: COMPARISON_VERSION,
    verdict,
    sentence: "",
    a: { runs: runsA.length, requests: a.length, failed: countOf(runsA) - a.length, accounted: a.filter(isAccounted).length },
    b: { runs: runsB.length, requests: b.length, failed: countOf(runsB) - b.length, accounted: b.filter(isAccounted).length },
    latency,
    mattersNs,
    classes,
    moved: classes.filter(({ pAdjusted }) => pAdjusted < SIGNIFICANT).map((shift) => shift.class),
    ...(objectiveNs === undefined
      ? {}
      : {
          objective: {
            limitNs: objectiveNs,
            overA: over(durationsA, objectiveNs),
            overB: over(durationsB, objectiveNs),
            pValue: fisherExact(over(durationsA, objectiveNs), a.length, over(durationsB, objectiveNs), b.length),
          },
        }),
    ...(more === undefined ? {} : { more }),
    differs: differencesOf(runsA, runsB),
  };
}

const succeeded = (runs: readonly RunResult[]): RequestResult[] => runs.flatMap((run) => run.requests.filter(({ status }) => status === "ok"));
const countOf = (runs: readonly RunResult[]): number => runs.reduce((sum, run) => sum + run.requests.length, 0);
const durationOf = ({ durationNs }: RequestResult): number => durationNs;
const isAccounted = ({ account }: RequestResult): boolean => account.length > 0;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function shiftOf(a: readonly number[], b: readonly number[]): Shift {
  const { superiority, pValue, method } = mannWhitney(a, b);
  return {
    medianA: median(a),
    medianB: median(b),
    meanA: mean(a),
    meanB: mean(b),
    shift: hodgesLehmann(a, b),
    ...bootstrapInterval(a, b),
    superiority,
    pValue,
    method,
  };
}

function classShifts(allA: readonly RequestResult[], allB: readonly RequestResult[]): ClassShift[] {
  const [a, b] = [allA.filter(isAccounted), allB.filter(isAccounted)];
  if (a.length === 0 || b.length === 0) return [];
  const spentIn = (requests: readonly RequestResult[], wanted: PathClass): number[] =>
    requests.map(({ account }) => account.reduce((sum, row) => sum + (row.class === wanted ? row.ns : 0), 0));
  const shifts = CLASSES.flatMap((name) => {
    const [inA, inB] = [spentIn(a, name), spentIn(b, name)];
    if ([...inA, ...inB].every((ns) => ns === 0)) return [];
    const shift = shiftOf(inA, inB);
    const culprit = mostOf(name, shift.meanB >= shift.meanA ? b : a);
    return [{ class: name, ...shift, ...(culprit === undefined ? {} : { culprit }) }];
  });
  const adjusted = holm(shifts.map(({ pValue }) => pValue));
  return shifts.map((shift, index) => ({ ...shift, pAdjusted: adjusted[index] ?? 1 })).sort((x, y) => Math.abs(y.shift) - Math.abs(x.shift));
}

function verdictOf(latency: Shift, mattersNs: number, countA: number, countB: number): ComparisonVerdict {
  if (latency.pValue < SIGNIFICANT) return latency.superiority > 0.5 ? "slower" : "faster";
  return isSettledAsSame(latency, mattersNs, countA, countB) ? "same" : "inconclusive";
}
