/**
 * Which request is the odd one, and by which cause? The slowest is held against the fast ones: what explains most of
 * the excess is the verdict. Without an odd one, only what was taken from the service from outside can be accused.
 */
import type { Rule } from "./define-rule.ts";

/**
 * A request stands out when it took 40 % and 40 ms more than the normal ones of its run. Undisturbed requests scatter by
 * less than that for reasons of the framework (Gradio 5.45 polls every 50 ms: 272 to 325 ms); see docs/variability.md.
 */
export const STAND_OUT_SHARE = 0.4;
export const STAND_OUT_NS = 40_000_000;
/** The named cause must explain at least this part of the excess; else nothing is named. */
export const MIN_EXCESS_PART = 0.4;
/** Without an odd request, an outside cause is named from this share of the request on. */
export const MIN_OUTSIDE_SHARE = 0.2;
/** With a single request, the service's own doing is named from this share on. */
export const MIN_INSIDE_SHARE = 0.5;

export interface Measured {
  readonly id: string;
  readonly durationNs: number;
  readonly ok: boolean;
  /** ns by rule id; disjoint */
  readonly cost: ReadonlyMap<string, number>;
  /** lost and unknown time */
  readonly unexplainedNs: number;
}

export interface Contrast {
  readonly slow: readonly string[];
  readonly fast: readonly string[];
  /** the request the run's verdict is about */
  readonly subject: Measured;
  readonly standsOut: boolean;
  readonly excessNs: number;
}

export const median = (values: readonly number[]): number => {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : Math.round(((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2);
};

/** undefined when there is no request at all. */
export function contrastOf(requests: readonly Measured[]): Contrast | undefined {
  const candidates = requests.some((request) => request.ok) ? requests.filter((request) => request.ok) : requests;
  const slowestFirst = [...candidates].sort((a, b) => b.durationNs - a.durationNs);
  const subject = slowestFirst[0];
  if (subject === undefined) return undefined;
  // the lower half is what a normal request is like, however many are disturbed
  const normal = median(slowestFirst.slice(slowestFirst.length >> 1).map((request) => request.durationNs));
  const isSlow = (request: Measured): boolean => request.durationNs - normal >= Math.max(STAND_OUT_SHARE * normal, STAND_OUT_NS);
  const slow = candidates.filter(isSlow);
  const fast = candidates.filter((request) => !isSlow(request));
  return {
    slow: slow.map((request) => request.id),
    fast: fast.map((request) => request.id),
    subject,
    standsOut: fast.length > 0 && slow.includes(subject),
    excessNs: fast.length === 0 ? 0 : subject.durationNs - median(fast.map((request) => request.durationNs)),
  };
}

export type Decision =
  | { readonly kind: "cause"; readonly rule: Rule; readonly costNs: number; readonly excessNs: number | undefined }
  | { readonly kind: "none" }
  | { readonly kind: "inconclusive" };

/** Decides for one request of the run; `fast` are the requests it is compared with (may be empty). */
export function decide(request: Measured, fast: readonly Measured[], standsOut: boolean, rules: readonly Rule[]): Decision {
  if (rules.length === 0) return { kind: "inconclusive" };
  const costs = rules.map((rule) => {
    const costNs = request.cost.get(rule.id) ?? 0;
    return { rule, costNs, excessNs: costNs - median(fast.map((other) => other.cost.get(rule.id) ?? 0)) };
  });
  const unexplained = request.unexplainedNs - median(fast.map((other) => other.unexplainedNs));
  if (standsOut) {
    const excess = request.durationNs - median(fast.map((other) => other.durationNs));
    const best = costs.reduce((most, candidate) => (candidate.excessNs > most.excessNs ? candidate : most));
    if (unexplained > best.excessNs) return { kind: "inconclusive" };
    // computing takes longer on a shared processor without any event to show for it: that is scatter, not a cause
    if (best.costNs < (best.rule.thresholds["minRatio"] ?? 0) * (best.costNs - best.excessNs)) return { kind: "none" };
    if (best.excessNs >= MIN_EXCESS_PART * excess) return { kind: "cause", rule: best.rule, costNs: best.costNs, excessNs: best.excessNs };
    return { kind: "inconclusive" };
  }
  if (request.unexplainedNs >= MIN_INSIDE_SHARE * request.durationNs) return { kind: "inconclusive" };
  const outside = costs.filter(({ rule }) => rule.nature === "outside").sort((a, b) => b.costNs - a.costNs)[0];
  if (outside !== undefined && outside.costNs >= MIN_OUTSIDE_SHARE * request.durationNs)
    return { kind: "cause", rule: outside.rule, costNs: outside.costNs, excessNs: undefined };
  if (fast.length === 0) {
    const most = costs.reduce((best, candidate) => (candidate.costNs > best.costNs ? candidate : best));
    if (most.costNs >= MIN_INSIDE_SHARE * request.durationNs) return { kind: "cause", rule: most.rule, costNs: most.costNs, excessNs: undefined };
  }
  return { kind: "none" };
}
