/** How much of each request does each cause claim? Every segment goes to the first rules that claim it, whole or in parts, or to nobody. */
import { countersAround, type ExplainedRequest, type Run } from "../facts/index.ts";
import type { PathClass, Segment } from "../critical-path/index.ts";
import type { ThreadIndex } from "../trace/index.ts";
import type { Rule, RuleContext } from "./define-rule.ts";

export interface Claims {
  readonly request: ExplainedRequest;
  /** by rule; a segment is in several lists only when rules claimed parts of it */
  readonly claimed: ReadonlyMap<Rule, readonly Segment[]>;
  /** ns by rule: together never more than the request */
  readonly costs: ReadonlyMap<Rule, number>;
  readonly contextOf: (rule: Rule) => RuleContext;
  /** rules that threw: a bug in that rule only */
  readonly failed: ReadonlyMap<Rule, string>;
  readonly unexplainedNs: number;
}

export function measure(run: Run, request: ExplainedRequest, rules: readonly Rule[]): Claims {
  const counters = countersAround(run, request);
  const onPath = new Set<ThreadIndex>([request.window.thread]);
  for (const segment of request.segments) {
    for (const wait of segment.via) if (wait.by !== "holder" && wait.class !== "blocked-lock") onPath.add(wait.thread);
  }
  const memory = new Map<string, unknown>();
  const contextOf = (rule: Rule): RuleContext => ({
    run,
    request,
    counters,
    onPath,
    thresholds: rule.thresholds,
    memo<T>(key: string, compute: () => T): T {
      if (!memory.has(key)) memory.set(key, compute());
      return memory.get(key) as T;
    },
  });
  const contexts = rules.map((rule) => [rule, contextOf(rule)] as const);
  const byClass = new Map<PathClass, typeof contexts>();
  const rulesFor = (kind: PathClass): typeof contexts => {
    let fitting = byClass.get(kind);
    if (fitting === undefined) {
      fitting = contexts.filter(([rule]) => rule.classes === undefined || rule.classes.includes(kind));
      byClass.set(kind, fitting);
    }
    return fitting;
  };
  const claimed = new Map<Rule, Segment[]>();
  const costs = new Map<Rule, number>();
  const failed = new Map<Rule, string>();
  let unexplainedNs = 0;
  for (const segment of request.segments) {
    const length = segment.end - segment.begin;
    if (segment.class === "lost" || segment.class === "unknown") unexplainedNs += length;
    let left = length;
    for (const [rule, context] of rulesFor(segment.class)) {
      if (failed.has(rule)) continue;
      let claim: boolean | number;
      try {
        claim = rule.claims(segment, context);
      } catch (error) {
        failed.set(rule, error instanceof Error ? error.message : String(error));
        continue;
      }
      const taken = claim === true ? left : Math.min(left, Math.round(Number(claim) * length));
      // a claim that is no number, as of a segment without length, claims nothing
      if (!(taken > 0)) continue;
      left -= taken;
      costs.set(rule, (costs.get(rule) ?? 0) + taken);
      const list = claimed.get(rule);
      if (list) list.push(segment);
      else claimed.set(rule, [segment]);
      if (left === 0) break;
    }
    // a thread that may run, and a CPU that idles: no rule knows why
    if (segment.class === "runnable" && segment.culprit.kind === "idle-exit") unexplainedNs += left;
  }
  return { request, claimed, costs, contextOf, failed, unexplainedNs };
}
