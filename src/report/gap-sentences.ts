/** What could not be measured? Not measured is never zero, so each gap is said. */
import { printable } from "../base/index.ts";
import type { Diagnosis, RequestResult } from "../result/index.ts";
import { formatMs, formatShare, grouped } from "./format-value.ts";
import { message } from "./message.ts";
import type { Language } from "./messages.ts";
import { CALL_PROBES, FUNCTION_TRACERS } from "./section-items.ts";
import type { Subject } from "./subject.ts";

/** a request with less than this lost or unknown is accounted for well enough to act on */
const UNACCOUNTED_FROM = 0.005;

/** The worst first; lost events are told by lossSentences. */
export function gapSentences({ lang, result, request }: Subject): string[] {
  const { capture } = result;
  const gaps: string[] = [];
  if (request !== undefined) gaps.push(...unaccounted(request, lang));
  for (const { what, why } of result.verdict.missing ?? []) gaps.push(message(lang, "gaps.verdict", { what, why: sentencePart(why) }));
  for (const failed of result.requests.filter(({ status }) => status !== "ok")) {
    gaps.push(message(lang, "gaps.request-failed", { request: failed.id, why: failed.error === undefined ? failed.status : sentencePart(failed.error) }));
  }
  for (const problem of capture.problems) gaps.push(message(lang, "gaps.problem", { problem }));
  for (const disturbance of capture.disturbances) gaps.push(message(lang, "gaps.disturbance", { disturbance }));
  const hasProbes = result.tracers?.some(({ tracer, status }) => tracer === CALL_PROBES && status === "ran") === true;
  for (const { tracer, status, errno } of result.tracers ?? []) {
    // which functions were called shows in no event
    const byProbes = hasProbes ? message(lang, "gaps.tracer-instead-probes") : undefined;
    const instead = FUNCTION_TRACERS.has(tracer) ? byProbes : message(lang, "gaps.tracer-instead");
    if (status !== "ran") gaps.push(message(lang, `gaps.tracer-${status}`, { tracer, errno, instead }));
  }
  if (capture.missingEvents.length > 0) gaps.push(message(lang, "gaps.events", { events: capture.missingEvents.join(", ") }));
  for (const diagnosis of result.diagnoses.filter(({ status }) => status === "failed")) {
    gaps.push(
      message(lang, "gaps.rule-failed", { cause: diagnosis.cause, why: diagnosis.because === undefined ? undefined : sentencePart(diagnosis.because) }),
    );
  }
  return [...gaps, ...withoutData(result.diagnoses, lang)];
}

/** Empty when no event was lost. */
export function lossSentences({ lang, result }: Subject): string[] {
  const { total, perCpu } = result.capture.lost;
  const uncounted = perCpu.filter(({ count, intervals }) => count === 0 && intervals > 0);
  const counts = perCpu.filter(({ count }) => count > 0).map(({ cpu, count }) => message(lang, "gaps.lost-cpu", { cpu, count }));
  return [
    ...(total > 0 ? [message(lang, "gaps.lost", { count: grouped(total), perCpu: counts.join(", ") })] : []),
    ...(uncounted.length > 0
      ? [
          message(lang, "gaps.lost-uncounted", {
            count: uncounted.reduce((sum, { intervals }) => sum + intervals, 0),
            cpus: uncounted.map(({ cpu }) => cpu).join(", "),
          }),
        ]
      : []),
  ];
}

/** What was looked for: what cannot be on this machine, and how many causes there were. */
export function lookedSentences({ lang, result: { diagnoses } }: Subject): string[] {
  const withStatus = (status: Diagnosis["status"]): Diagnosis[] => diagnoses.filter((diagnosis) => diagnosis.status === status);
  const inapplicable = withStatus("not-applicable");
  const counts = { count: diagnoses.length, found: withStatus("found").length, ruledOut: withStatus("ruled-out").length };
  return [
    ...(inapplicable.length > 0 ? [message(lang, "gaps.not-applicable", { causes: listOf(inapplicable) })] : []),
    ...(diagnoses.length > 0 ? [message(lang, "gaps.looked", counts)] : []),
  ];
}

function unaccounted(request: RequestResult, lang: Language): string[] {
  const ns = request.account.reduce((sum, row) => sum + (row.class === "lost" || row.class === "unknown" ? row.ns : 0), 0);
  if (ns === 0 || ns / request.durationNs < UNACCOUNTED_FROM) return [];
  const reasons = new Map<string, number>();
  for (const { reason } of request.path) if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const why = [...reasons]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([reason]) => sentencePart(reason))
    .join("; ");
  return [message(lang, "gaps.unaccounted", { ns: formatMs(ns), share: formatShare(ns / request.durationNs), why: why === "" ? undefined : why })];
}

/** Causes that lack the same thing share a line. */
function withoutData(diagnoses: readonly Diagnosis[], lang: Language): string[] {
  const byReason = new Map<string, Diagnosis[]>();
  for (const diagnosis of diagnoses) {
    if (diagnosis.status !== "insufficient-data") continue;
    const missing = (diagnosis.missing ?? []).map(({ what, why }) => `${what} (${sentencePart(why)})`);
    const why = missing.length > 0 ? missing.join("; ") : sentencePart(diagnosis.because ?? "?");
    byReason.set(why, [...(byReason.get(why) ?? []), diagnosis]);
  }
  return [...byReason].map(([why, group]) => message(lang, "gaps.no-data", { causes: listOf(group), why }));
}

const listOf = (diagnoses: readonly Diagnosis[]): string => diagnoses.map(({ cause }) => printable(cause)).join(", ");
const sentencePart = (text: string): string => text.replace(/\.$/, "");
