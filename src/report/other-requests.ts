/** How did the other requests fare? Late or not, and by which cause. */
import { printable } from "../base/index.ts";
import type { RequestResult } from "../result/index.ts";
import { causeTitle, isNamed } from "./finding-text.ts";
import { formatMs } from "./format-value.ts";
import { message } from "./message.ts";
import type { Subject } from "./subject.ts";

export interface RequestLine {
  readonly id: string;
  readonly duration: string;
  readonly state: string;
  readonly isBad: boolean;
  readonly cause: string;
}

export interface RequestLines {
  /** in the order fired */
  readonly shown: readonly RequestLine[];
  readonly hidden: number;
}

/** At most `limit`, the slowest ones. */
export function otherRequests({ result, request, lang, typicalNs }: Subject, limit: number): RequestLines {
  const others = result.requests.filter((other) => other !== request);
  const kept = new Set([...others].sort((a, b) => b.durationNs - a.durationNs).slice(0, limit));
  const late = new Set(result.contrast?.slow ?? []);
  const stateOf = ({ id, status }: RequestResult): string => {
    if (status !== "ok") return message(lang, `requests.${status}`);
    if (typicalNs === undefined) return message(lang, "requests.not-compared");
    return message(lang, late.has(id) ? "requests.late" : "requests.not-late");
  };
  return {
    shown: others
      .filter((other) => kept.has(other))
      .map((other) => ({
        id: printable(other.id),
        duration: formatMs(other.durationNs),
        state: stateOf(other),
        isBad: other.status !== "ok" || late.has(other.id),
        cause: causeOf(other, lang),
      })),
    hidden: others.length - kept.size,
  };
}

function causeOf({ status, error, verdict }: RequestResult, lang: Subject["lang"]): string {
  if (status !== "ok" && !isNamed(verdict)) return printable(error ?? "");
  if (verdict.cause === "none") return message(lang, "requests.no-cause");
  if (verdict.cause === "inconclusive") return message(lang, "requests.inconclusive");
  return message(lang, "requests.cause", { title: causeTitle(verdict.cause, lang), cost: formatMs(verdict.costNs) });
}
