/** What does a tired operator see? What it was and what to do about it first; then where the time went, why we say so, and how far to trust it. */
import type { RunResult } from "../result/index.ts";
import { renderAccount } from "./account-view.ts";
import { alsoFound, isNamed, whySure } from "./finding-text.ts";
import { renderContrast, renderEvidence, renderRemedies, unbroken } from "./finding-views.ts";
import { plainSpaces, truncate, wrap } from "./layout.ts";
import { message } from "./message.ts";
import type { Language } from "./messages.ts";
import { createContext, type RenderContext, type RenderOptions } from "./render-context.ts";
import { renderOtherRequests } from "./requests-view.ts";
import { renderSections } from "./sections-view.ts";
import { requestOfVerdict, sentenceFor, typicalDurationNs } from "./sentence.ts";
import { renderTrust } from "./trust-view.ts";
import { renderWaterfall } from "./waterfall-view.ts";

/** The whole report, ending in a newline. Contains no control characters but colours, and those only when asked for. */
export function renderTerminal(result: RunResult, options: RenderOptions): string {
  const context = createContext(result, options);
  const { lang, style, columns, request } = context;
  const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ["", style.heading(title), ...lines]);
  const lines = renderVerdict(context);
  if (request !== undefined) {
    const also = alsoFound(context).map((line) => `  ${truncate(line, columns - 2)}`);
    lines.push(
      ...section(message(lang, "remedies.title"), renderRemedies(context)),
      ...section(message(lang, "waterfall.title", { request: request.id }), renderWaterfall(request, context)),
      ...section(message(lang, "account.title"), renderAccount(request, context)),
      ...section(message(lang, "contrast.title"), renderContrast(request, context)),
      ...section(message(lang, "also.title", { request: request.id }), also),
      ...section(message(lang, "evidence.title"), renderEvidence(request, context)),
      ...section(message(lang, "sections.title", { request: request.id }), renderSections(context)),
      ...section(message(lang, "requests.title"), renderOtherRequests(context)),
    );
  }
  lines.push(...section(message(lang, "trust.title"), renderTrust(context)));
  return plainSpaces(`${lines.join("\n")}\n`);
}

/** One line: the sentence alone, for `-q`. */
export function renderSummary(result: RunResult, options: { readonly lang: Language } = { lang: "en" }): string {
  const request = requestOfVerdict(result);
  const sentence = request === undefined ? message(options.lang, "no-request") : sentenceFor(result.verdict, request, options.lang, typicalDurationNs(result));
  return plainSpaces(`${sentence}\n`);
}

/** The sentence, its cause, and why it is so sure. */
function renderVerdict({ result, request, lang, columns, style, typicalNs }: RenderContext): string[] {
  if (request === undefined) return [style.strong(message(lang, "no-request"))];
  const { verdict } = result;
  const paint = isNamed(verdict) && verdict.cause !== "application-cpu" ? style.alarm : style.strong;
  const lines = wrap(sentenceFor(verdict, request, lang, typicalNs), columns).map(paint);
  if (!isNamed(verdict)) return lines;
  const command = unbroken(`stallscope causes --explain ${verdict.cause}`);
  const cause = message(lang, "cause-line", { cause: verdict.cause, confidence: whySure(verdict, lang), command });
  return [...lines, ...wrap(cause, columns).map(style.quiet)];
}
