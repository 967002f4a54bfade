/** What does somebody see who reads the report in an issue tracker? The order of the terminal report, as GitHub-flavoured Markdown. */
import type { RequestResult, RunResult } from "../result/index.ts";
import { alsoFound, causeTitle, isNamed, whySure } from "./finding-text.ts";
import { formatMs } from "./format-value.ts";
import { plainSpaces } from "./layout.ts";
import { accountSection, contrastSection, evidenceSection, remedySection, requestsSection, tracerSection, trustSection } from "./markdown-sections.ts";
import { code, codeBlock, list, prose } from "./markdown-text.ts";
import { message, type MessageParams } from "./message.ts";
import type { Language, MessageKey } from "./messages.ts";
import { createContext } from "./render-context.ts";
import { isLate, sentenceFor } from "./sentence.ts";
import { subjectOf, type Subject } from "./subject.ts";
import { renderWaterfall } from "./waterfall-view.ts";

/** A tracker's column is narrower than a terminal. */
const DRAWING_COLUMNS = 100;

/** The whole report, ending in a newline. Text of the result cannot become markup, a link, a mention or a control character. */
export function renderMarkdown(result: RunResult, { lang }: { readonly lang: Language }): string {
  const subject = subjectOf(result, lang);
  const { request } = subject;
  const section = (key: MessageKey, blocks: readonly string[], params: MessageParams = {}): string[] =>
    blocks.length === 0 ? [] : [`## ${prose(message(lang, key, params))}`, ...blocks];
  const trust = section("trust.title", trustSection(subject));
  if (request === undefined) return documentOf([prose(message(lang, "no-request")), ...trust]);
  const of = { request: request.id };
  const also = alsoFound(subject).map(prose);
  return documentOf([
    ...verdictBlocks(request, subject),
    ...section("remedies.title", remedySection(subject)),
    ...section("waterfall.title", waterfallSection(request, result, lang), of),
    ...section("account.title", accountSection(request, subject)),
    ...section("contrast.title", contrastSection(request, subject)),
    ...section("also.title", also.length === 0 ? [] : [list(also)], of),
    ...section("evidence.title", evidenceSection(request, subject)),
    ...section("sections.title", tracerSection(subject), of),
    ...section("requests.title", requestsSection(subject)),
    ...trust,
  ]);
}

const documentOf = (blocks: readonly string[]): string => plainSpaces(`${blocks.join("\n\n")}\n`);

function verdictBlocks(request: RequestResult, { result, lang, typicalNs }: Subject): string[] {
  const { verdict } = result;
  const duration = formatMs(request.durationNs);
  const title =
    typicalNs !== undefined && isLate(request, typicalNs)
      ? message(lang, "md.late", { request: request.id, late: formatMs(request.durationNs - typicalNs) })
      : message(lang, "md.took", { request: request.id, duration });
  const sentence = prose(sentenceFor(verdict, request, lang, typicalNs));
  if (!isNamed(verdict)) return [`# ${prose(title)}`, sentence];
  return [
    `# ${prose(title)}`,
    sentence,
    list([
      `${prose(message(lang, "md.cause"))} ${code(verdict.cause)}: ${prose(causeTitle(verdict.cause, lang))}`,
      prose(whySure(verdict, lang)),
      `${prose(message(lang, "md.more"))}: ${code(`stallscope causes --explain ${verdict.cause}`)}`,
    ]),
  ];
}

function waterfallSection(request: RequestResult, result: RunResult, lang: Language): string[] {
  const drawn = renderWaterfall(request, createContext(result, { lang, columns: DRAWING_COLUMNS, color: false }));
  return drawn.length === 0 ? [] : [codeBlock(drawn, "text")];
}
