/** What does a tired operator see? The sentence first; then where the time went, why we say so, what to type, what we do not know. */
import { printable } from "../base/index.ts";
import type { RunResult } from "../result/index.ts";
import { renderAccount } from "./account-view.ts";
import { culpritNoun } from "./culprit-text.ts";
import { renderContrast, renderEvidence, renderRemedies } from "./finding-views.ts";
import { formatMs, formatShare, NO_BREAK } from "./format-value.ts";
import { renderGaps } from "./gaps-view.ts";
import { plainSpaces, truncate, wrap } from "./layout.ts";
import { message, optionalMessage } from "./message.ts";
import type { Language } from "./messages.ts";
import { createContext, type RenderContext, type RenderOptions } from "./render-context.ts";
import { renderSections } from "./sections-view.ts";
import { requestOfVerdict, sentenceFor, typicalDurationNs } from "./sentence.ts";
import { renderWaterfall } from "./waterfall-view.ts";

const MAX_ALSO = 3;

/** The whole report, ending in a newline. Contains no control characters but colours, and those only when asked for. */
export function renderTerminal(result: RunResult, options: RenderOptions): string {
  const request = requestOfVerdict(result);
  const context = createContext(result, request, options);
  const { lang, style } = context;
  const typical = typicalDurationNs(result);
  const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ["", style.heading(title), ...lines]);
  const lines = renderVerdict(typical, context);
  if (request !== undefined) {
    lines.push(
      ...section(message(lang, "waterfall.title", { request: request.id }), renderWaterfall(request, context)),
      ...section(message(lang, "account.title"), renderAccount(request, context)),
      ...section(message(lang, "evidence.title"), renderEvidence(request, context)),
      ...section(message(lang, "sections.title", { request: request.id }), renderSections(context)),
      ...section(message(lang, "contrast.title"), renderContrast(request, typical, context)),
      ...section(message(lang, "remedies.title"), renderRemedies(context)),
    );
  }
  lines.push(...section(message(lang, "gaps.title"), renderGaps(context)));
  return plainSpaces(`${lines.join("\n")}\n`);
}

/** One line: the sentence alone, for `-q`. */
export function renderSummary(result: RunResult, options: { readonly lang: Language } = { lang: "en" }): string {
  const request = requestOfVerdict(result);
  const sentence = request === undefined ? message(options.lang, "no-request") : sentenceFor(result.verdict, request, options.lang, typicalDurationNs(result));
  return plainSpaces(`${sentence}\n`);
}

function renderVerdict(typical: number | undefined, context: RenderContext): string[] {
  const { result, request, lang, columns, style } = context;
  if (request === undefined) return [style.strong(message(lang, "no-request"))];
  const { cause, confidence } = result.verdict;
  const isNamed = cause !== "none" && cause !== "inconclusive";
  const paint = isNamed && cause !== "application-cpu" ? style.alarm : style.strong;
  const lines = wrap(sentenceFor(result.verdict, request, lang, typical), columns).map(paint);
  if (isNamed)
    lines.push(
      ...wrap(
        message(lang, "cause-line", {
          cause,
          confidence: message(lang, `confidence.${confidence}`),
          command: unbroken(`stallscope causes --explain ${cause}`),
        }),
        columns,
      ).map(style.quiet),
    );
  return [...lines, ...renderAlso(context)];
}

/** A command on one line, to be copied. */
const unbroken = (command: string): string => command.replaceAll(" ", NO_BREAK);

/** Other causes found in the same request: they cost less of the excess, but they cost. */
function renderAlso({ result, request, lang, columns, style }: RenderContext): string[] {
  const others = result.diagnoses
    .filter(({ status, cause, requests }) => status === "found" && cause !== result.verdict.cause && request !== undefined && requests.includes(request.id))
    .sort((a, b) => b.costNs - a.costNs)
    .slice(0, MAX_ALSO);
  return others.map((diagnosis) => {
    const title = optionalMessage(lang, `cause.${diagnosis.cause}.title`) ?? printable(diagnosis.cause);
    const share = diagnosis.share ?? (request === undefined || request.durationNs === 0 ? 0 : diagnosis.costNs / request.durationNs);
    const culprit = diagnosis.culprit === undefined || diagnosis.culprit.kind === "none" ? undefined : culpritNoun(diagnosis.culprit, lang);
    return style.quiet(truncate(message(lang, "also", { title, cost: formatMs(diagnosis.costNs), share: formatShare(share), culprit }), columns));
  });
}
