/** What stands behind the verdict, in words: why it is so sure, its events and figures, its remedies, and what else was found. */
import { printable } from "../base/index.ts";
import { type Diagnosis, nsBetween, type RemedyAdvice, type RequestResult, type RunResult, type Verdict } from "../result/index.ts";
import { culpritNoun } from "./culprit-text.ts";
import { formatBytes, formatMs, formatOffset, formatShare } from "./format-value.ts";
import { message, optionalMessage } from "./message.ts";
import type { Language } from "./messages.ts";
import type { Subject } from "./subject.ts";

const MAX_ALSO = 3;

/** Does the verdict name a cause? */
export const isNamed = ({ cause }: Verdict): boolean => cause !== "none" && cause !== "inconclusive";

export const causeTitle = (cause: string, lang: Language): string => optionalMessage(lang, `cause.${cause}.title`) ?? printable(cause);

/** The diagnosis behind the run's verdict. */
export const findingOf = ({ diagnoses, verdict }: RunResult): Diagnosis | undefined =>
  diagnoses.find(({ cause, status }) => cause === verdict.cause && status === "found");

/** How sure, and by which witnesses. A cause without a second witness is never more than medium. */
export function whySure({ cause, confidence }: Verdict, lang: Language): string {
  const witness = optionalMessage(lang, `witness.${cause}`);
  return witness === undefined ? message(lang, `confidence.${confidence}`) : message(lang, `confidence.${confidence}-by`, { witness });
}

export interface EvidenceLine {
  /** since the begin of the request */
  readonly offset: string;
  readonly cpu: string;
  readonly text: string;
}

export const evidenceLines = (finding: Diagnosis, { beginNs }: RequestResult): EvidenceLine[] =>
  finding.evidence.map(({ timeNs, cpu, event, text }) => ({
    offset: formatOffset(nsBetween(beginNs, timeNs)),
    cpu: `cpu${cpu}`,
    text: `${printable(event)}: ${printable(text)}`,
  }));

/** Undefined when nothing was measured beside the trace. Names end in their unit; people get the unit they read. */
export function measuredText({ facts }: Diagnosis, lang: Language): string | undefined {
  const texts = Object.entries(facts).map(([name, value]) => {
    if (typeof value === "number" && name.endsWith("Ns")) return `${name.slice(0, -2)} ${formatMs(value)}`;
    if (typeof value === "number" && name.endsWith("Bytes")) return `${name.slice(0, -5)} ${formatBytes(value)}`;
    return `${name} ${String(value)}`;
  });
  return texts.length === 0 ? undefined : message(lang, "evidence.measured", { facts: texts.join(", ") });
}

/** What it does and what it risks. */
export const remedyTitle = ({ id, risk }: RemedyAdvice, lang: Language): string =>
  message(lang, "remedies.line", { title: optionalMessage(lang, `remedy.${id}`) ?? printable(id), risk: message(lang, `risk.${risk}`) });

/** Other causes found in the same request, costliest first: they cost less of the excess, but they cost. */
export function alsoFound({ result, request, lang }: Subject): string[] {
  if (request === undefined) return [];
  return result.diagnoses
    .filter(({ status, cause, requests }) => status === "found" && cause !== result.verdict.cause && requests.includes(request.id))
    .sort((a, b) => b.costNs - a.costNs)
    .slice(0, MAX_ALSO)
    .map(({ cause, costNs, share, culprit }) =>
      message(lang, "also.line", {
        title: causeTitle(cause, lang),
        cost: formatMs(costNs),
        share: formatShare(share ?? (request.durationNs === 0 ? 0 : costNs / request.durationNs)),
        culprit: culprit === undefined || culprit.kind === "none" ? undefined : culpritNoun(culprit, lang),
      }),
    );
}
