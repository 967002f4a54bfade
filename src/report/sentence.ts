/** Which sentence states a verdict? The diagnosis room leaves it empty: wording is only here. */
import { isCauseId, type Culprit, type RequestResult, type RunResult, type Verdict } from "../result/index.ts";
import { culpritNoun } from "./culprit-text.ts";
import { formatMs, formatShare, NO_BREAK } from "./format-value.ts";
import { message } from "./message.ts";
import type { Language } from "./messages.ts";

/** A request counts as late when it took this much longer than the fast ones: less is ordinary scatter. */
const LATE_FROM = 1.1;
/** a culprit that took this part of the cost is named alone */
const ALONE_FROM = 0.9;

/**
 * One sentence. `typicalNs` is the median duration of the fast requests, when there are any to compare with.
 * May hold no-break spaces inside numbers; withSentences() makes them plain.
 */
export function sentenceFor(verdict: Verdict, request: RequestResult | undefined, lang: Language, typicalNs?: number): string {
  const clause = clauseFor(verdict, request, lang);
  if (request === undefined) return message(lang, "sentence.run", { clause: capitalised(clause) });
  const params = { request: request.id, duration: formatMs(request.durationNs), clause };
  if (typicalNs === undefined || !isLate(request, typicalNs)) return message(lang, "sentence.took", params);
  return message(lang, "sentence.late", { ...params, late: formatMs(request.durationNs - typicalNs), typical: formatMs(typicalNs) });
}

export const isLate = ({ durationNs }: RequestResult, typicalNs: number): boolean => durationNs >= typicalNs * LATE_FROM;

function clauseFor(verdict: Verdict, request: RequestResult | undefined, lang: Language): string {
  const { cause, culprit } = verdict;
  if (cause === "inconclusive" || cause === "none") {
    if (request !== undefined && request.status !== "ok") return message(lang, "clause.failed", { error: withoutFullStop(request.error) });
    if (cause === "none") return message(lang, "clause.none");
    const missing = verdict.missing?.[0];
    return message(lang, "clause.inconclusive", { what: missing?.what, why: withoutFullStop(missing?.why) });
  }
  const noun = culpritNoun(culprit, lang);
  const params = {
    cause,
    cost: formatMs(verdict.costNs),
    share: formatShare(verdict.share),
    detail: culprit?.detail,
    culprit: hasCompany(verdict, request) ? message(lang, "culprit.and-others", { culprit: noun }) : noun,
  };
  if (!isCauseId(cause)) return message(lang, "clause.other", params);
  return message(lang, `cause.${cause}.clause`, cause === "stopped" && !hasStopper(culprit, request) ? { ...params, culprit: undefined } : params);
}

/** Is the culprit somebody who stopped the service, not the thread that was stopped? */
function hasStopper(culprit: Culprit | undefined, request: RequestResult | undefined): boolean {
  if (culprit === undefined || culprit.kind === "none") return false;
  return request === undefined || !request.path.some((entry) => entry.class === "blocked-stopped" && entry.thread.pid === culprit.pid);
}

/** Did the named process hold the CPU for clearly less than the cost that is stated? Then it was not alone. */
function hasCompany({ culprit, costNs }: Verdict, request: RequestResult | undefined): boolean {
  if (request === undefined || culprit === undefined || !["rival", "self", "kernel-thread"].includes(culprit.kind)) return false;
  const isSame = (other: Culprit): boolean =>
    other.kind === culprit.kind && (culprit.pid !== undefined && culprit.pid > 0 ? other.pid === culprit.pid : other.tid === culprit.tid);
  const ownNs = request.account.reduce((sum, row) => sum + (isSame(row.culprit) ? row.ns : 0), 0);
  return ownNs > 0 && ownNs < costNs * ALONE_FROM;
}

/** Median duration of the fast requests of the run's contrast. */
export function typicalDurationNs(result: RunResult): number | undefined {
  const fast = new Set(result.contrast?.fast ?? []);
  const sorted = result.requests
    .filter((request) => fast.has(request.id))
    .map((request) => request.durationNs)
    .sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** The request that the run's verdict is about; without one, the slowest. */
export function requestOfVerdict(result: RunResult): RequestResult | undefined {
  const named = result.requests.find((request) => request.id === result.verdict.request);
  return (
    named ??
    result.requests.reduce<RequestResult | undefined>(
      (slowest, request) => (slowest === undefined || request.durationNs > slowest.durationNs ? request : slowest),
      undefined,
    )
  );
}

/** The same result with every empty `sentence` filled in. */
export function withSentences(result: RunResult, lang: Language): RunResult {
  const typical = typicalDurationNs(result);
  const filled = (verdict: Verdict, request: RequestResult | undefined): Verdict =>
    verdict.sentence === "" ? { ...verdict, sentence: sentenceFor(verdict, request, lang, typical).replaceAll(NO_BREAK, " ") } : verdict;
  return {
    ...result,
    requests: result.requests.map((request) => ({ ...request, verdict: filled(request.verdict, request) })),
    verdict: filled(result.verdict, requestOfVerdict(result)),
  };
}

const capitalised = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
const withoutFullStop = (text: string | undefined): string | undefined => text?.replace(/\.$/, "");
