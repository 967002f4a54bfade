/** What is told, of which request, in which language? What every section needs, drawn for a terminal or written as Markdown. */
import type { RequestResult, RunResult } from "../result/index.ts";
import type { Language } from "./messages.ts";
import { requestOfVerdict, typicalDurationNs } from "./sentence.ts";

export interface Subject {
  readonly result: RunResult;
  readonly lang: Language;
  readonly servicePids: ReadonlySet<number>;
  /** the request that is shown */
  readonly request: RequestResult | undefined;
  /** median duration of the fast requests */
  readonly typicalNs: number | undefined;
}

/** Of the verdict's request, unless another is chosen. */
export function subjectOf(result: RunResult, lang: Language, request = requestOfVerdict(result)): Subject {
  return {
    result,
    lang,
    servicePids: new Set(result.targets.map((target) => target.pid)),
    request,
    typicalNs: typicalDurationNs(result),
  };
}
