/**
 * The shape of a cause. A rule claims segments of the path; the engine measures what it claims, so cost is never a
 * number a rule made up, and no segment is claimed twice (the first rule in the registry's order wins).
 */
import type { CounterDeltas, ExplainedRequest, Run } from "../facts/index.ts";
import type { PathClass, Segment } from "../critical-path/index.ts";
import type { ThreadIndex } from "../trace/index.ts";
import type { CauseGroup, CauseId, RemedyAdvice } from "../result/index.ts";
import type { RemedyId } from "./remedies.ts";

export interface RuleNeeds {
  /** `system:event` in the unfiltered buffer, without which the cause cannot be told */
  readonly wide: readonly string[];
  /** `system:event` of the service's own threads */
  readonly deep: readonly string[];
  /** kernel stacks at switch-out */
  readonly stacks: boolean;
}

export interface RuleContext {
  readonly run: Run;
  readonly request: ExplainedRequest;
  /** counters around the request; undefined = not sampled */
  readonly counters: CounterDeltas | undefined;
  /** threads whose waits or work are on this request's path */
  readonly onPath: ReadonlySet<ThreadIndex>;
  readonly thresholds: Readonly<Record<string, number>>;
  /** Computes once per request and rule set; keys carry the rule's id. */
  memo<T>(key: string, compute: () => T): T;
}

/** What the second witness says: `true` agrees, `false` contradicts, undefined = was not measured. */
export interface Conclusion {
  readonly witness: boolean | undefined;
  /** who is to blame, where that is not the culprit of the claimed segments */
  readonly culprit?: ThreadIndex;
  /** what the sentence names besides, instead of the culprit's own detail: a file */
  readonly detail?: string;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  readonly remedies: readonly RemedyAdvice[];
}

export interface Rule {
  readonly id: CauseId;
  readonly group: CauseGroup;
  readonly needs: RuleNeeds;
  /** events that sharpen it, by buffer; it works without */
  readonly optional: RuleNeeds;
  /** what the machine must have for this cause to exist at all (ids of the host's abilities): without it the cause does not apply */
  readonly hardware: readonly string[];
  readonly thresholds: Readonly<Record<string, number>>;
  readonly doc: { readonly signature: string; readonly notThis: string; readonly sources: readonly string[]; readonly remedies: readonly RemedyId[] };
  /**
   * `outside`: something took the time from the service; may be the verdict by its share alone.
   * `inside`: the service's own doing; the verdict only where the slow request had more of it than the fast ones, or there is nothing to compare with.
   */
  readonly nature: "outside" | "inside";
  /** classes of segments it can claim; undefined = any */
  readonly classes: readonly PathClass[] | undefined;
  /** A number is the part of the segment, 0 to 1, that is this cause's; the rest stays for the rules that follow. */
  claims(segment: Segment, context: RuleContext): boolean | number;
  conclude(claimed: readonly Segment[], context: RuleContext): Conclusion;
}

export const NOTHING: RuleNeeds = { wide: [], deep: [], stacks: false };
export const SCHED: RuleNeeds = { wide: ["sched:sched_switch", "sched:sched_waking"], deep: [], stacks: false };

export const needs = (wide: readonly string[], deep: readonly string[] = [], stacks = false): RuleNeeds => ({ wide: [...SCHED.wide, ...wide], deep, stacks });

type Defaulted = "optional" | "thresholds" | "hardware" | "classes";

export const defineRule = (rule: Omit<Rule, Defaulted> & Partial<Pick<Rule, Defaulted>>): Rule => ({
  optional: NOTHING,
  thresholds: {},
  hardware: [],
  classes: undefined,
  ...rule,
});

export const durationOf = (segments: readonly Segment[]): number => segments.reduce((sum, segment) => sum + segment.end - segment.begin, 0);
