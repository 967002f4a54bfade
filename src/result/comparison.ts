/**
 * What does a comparison of two sets of runs say? The document of `compare --json`; described in docs/compare.md.
 * Times are ns; shifts are B minus A: positive = B is slower.
 */
import type { Culprit } from "./schema.ts";
import type { PathClass } from "./names.ts";

export const COMPARISON_VERSION = 1;

/** One quantity in both sets. */
export interface Shift {
  readonly medianA: number;
  readonly medianB: number;
  readonly meanA: number;
  readonly meanB: number;
  /** Hodges-Lehmann: the median of all differences b - a */
  readonly shift: number;
  /** 95 %, bootstrap */
  readonly low: number;
  readonly high: number;
  /** how often a value of B exceeds one of A; 0.5 = no difference */
  readonly superiority: number;
  /** rank test, two-sided */
  readonly pValue: number;
  readonly method: "exact" | "normal";
}

export interface ClassShift extends Shift {
  readonly class: PathClass;
  /** corrected for the number of classes (Holm) */
  readonly pAdjusted: number;
  /** who took most of it on the side that has more */
  readonly culprit?: Culprit;
}

export interface ObjectiveShift {
  readonly limitNs: number;
  /** requests that took longer */
  readonly overA: number;
  readonly overB: number;
  /** Fisher's exact test, two-sided */
  readonly pValue: number;
}

export interface ComparedSet {
  readonly runs: number;
  /** requests that succeeded: only those are compared */
  readonly requests: number;
  readonly failed: number;
  /** requests that have an account: only those are compared by class */
  readonly accounted: number;
}

/** What may be different besides the time. `events`: those that only one side recorded, so that its classes cannot be compared with the other's. */
export type ComparedThing = "kernel" | "architecture" | "cpus" | "tool-version" | "request-kind" | "service" | "events";

/** `same`: the interval lies within what matters. `inconclusive`: neither a difference nor its absence is shown. */
export type ComparisonVerdict = "slower" | "faster" | "same" | "inconclusive";

export interface Comparison {
  readonly comparisonVersion: number;
  readonly verdict: ComparisonVerdict;
  readonly sentence: string;
  readonly a: ComparedSet;
  readonly b: ComparedSet;
  readonly latency: Shift;
  /** a shift of the latency below this does not matter; a share of A's median */
  readonly mattersNs: number;
  /** the largest shift first; classes that took no time on either side are left out */
  readonly classes: readonly ClassShift[];
  /** the classes whose shift is beyond chance, in the order of `classes` */
  readonly moved: readonly PathClass[];
  readonly objective?: ObjectiveShift;
  /** inconclusive: further requests of A and of B that would probably settle it; undefined when no reasonable number would */
  readonly more?: { readonly a: number; readonly b: number };
  /** a shift may come from there */
  readonly differs: readonly SetDifference[];
}

export interface SetDifference {
  readonly what: ComparedThing;
  readonly a: readonly string[];
  readonly b: readonly string[];
}

/** The level below which a p-value counts as a difference. */
export const SIGNIFICANT = 0.05;
