/** How much of each request does each cause claim? Every segment goes to the first rule that claims it, or to nobody. */
import { countersAround, type ExplainedRequest, type Run } from "../facts/index.ts";
import type { Segment } from "../critical-path/index.ts";
import type { ThreadIndex } from "../trace/index.ts";
import type { Rule, RuleContext } from "./define-rule.ts";

export interface Claims {
  readonly request: ExplainedRequest;
  /** disjoint, by rule */
  readonly claimed: ReadonlyMap<Rule, readonly Segment[]>;
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
  const claimed = new Map<Rule, Segment[]>();
  const failed = new Map<Rule, string>();
  let unexplainedNs = 0;
  for (const segment of request.segments) {
    if (segment.class === "lost" || segment.class === "unknown") unexplainedNs += segment.end - segment.begin;
    for (const [rule, context] of contexts) {
      if (failed.has(rule)) continue;
      try {
        if (!rule.claims(segment, context)) continue;
      } catch (error) {
        failed.set(rule, error instanceof Error ? error.message : String(error));
        continue;
      }
      const list = claimed.get(rule);
      if (list) list.push(segment);
      else claimed.set(rule, [segment]);
      break;
    }
  }
  return { request, claimed, contextOf, failed, unexplainedNs };
}
