/** The sections of the report as Markdown: tables for what is counted, fences for what is typed or was recorded. Undefined or empty: nothing to say. */
import type { Diagnosis, RemedyAdvice, RequestResult, RunResult } from "../result/index.ts";
import { accountLines } from "./account-lines.ts";
import { contrastText } from "./contrast-text.ts";
import { causeTitle, evidenceLines, findingOf, measuredText, remedyTitle } from "./finding-text.ts";
import { formatMs, formatShare } from "./format-value.ts";
import { padStart, widthOf } from "./layout.ts";
import { code, codeBlock, details, list, prose, table } from "./markdown-text.ts";
import { message, type MessageParams } from "./message.ts";
import type { Language, MessageKey } from "./messages.ts";
import { otherRequests } from "./other-requests.ts";
import { sectionItems } from "./section-items.ts";
import type { Subject } from "./subject.ts";
import { trustText } from "./trust-text.ts";

const MAX_EVIDENCE = 20;
const MAX_REQUESTS = 100;

type Say = (key: MessageKey, params?: MessageParams) => string;
const sayIn =
  (lang: Language): Say =>
  (key, params) =>
    prose(message(lang, key, params));

/** The first remedy in full, the others folded. */
export function remedySection({ result, lang }: Subject): string[] {
  const finding = findingOf(result);
  if (finding === undefined) return [];
  const [first, ...others] = finding.remedies;
  if (first === undefined) return [prose(message(lang, "remedies.none"))];
  const folded = others.flatMap((remedy) => remedyBlocks(remedy, lang));
  return [...remedyBlocks(first, lang), ...(others.length === 0 ? [] : [details(message(lang, "md.other-remedies", { count: others.length }), ...folded)])];
}

function remedyBlocks(remedy: RemedyAdvice, lang: Language): string[] {
  const { commands, undo, verify } = remedy;
  return [
    prose(remedyTitle(remedy, lang)),
    ...(commands.length === 0 ? [] : [codeBlock(commands, "sh")]),
    ...(undo.length === 0 ? [] : [prose(message(lang, "md.undo")), codeBlock(undo, "sh")]),
    ...(verify === undefined ? [] : [prose(message(lang, "remedies.verify", { what: verify }))]),
  ];
}

export function accountSection(request: RequestResult, { lang }: Subject): string[] {
  const say = sayIn(lang);
  if (request.account.length === 0) return [say("account.empty", { why: request.error })];
  const { shown, folded, sum, closing } = accountLines(request, lang);
  return [
    table(
      [
        [say("md.time"), "right"],
        [say("md.share"), "right"],
        [say("md.class"), "left"],
        [say("md.who"), "left"],
      ],
      [
        ...shown.map(({ ns, share, label, who }) => [prose(formatMs(ns)), prose(formatShare(share)), prose(label), prose(who)]),
        ...(folded === undefined ? [] : [[prose(formatMs(folded.ns)), prose(formatShare(folded.share)), say("account.more", { count: folded.count }), ""]]),
        [`**${prose(formatMs(sum.ns))}**`, `**${prose(formatShare(sum.share))}**`, prose(closing.replace(/^= /, "")), ""],
      ],
    ),
  ];
}

export function contrastSection(request: RequestResult, subject: Subject): string[] {
  const say = sayIn(subject.lang);
  const { intro, rows, notes } = contrastText(request, subject);
  const rowsTable = table(
    [
      [say("md.difference"), "right"],
      [say("md.class"), "left"],
      [say("md.slow", { request: request.id }), "right"],
      [say("md.fast"), "right"],
    ],
    rows.map(({ difference, label, slow, fast }) => [difference, label, slow, fast].map(prose)),
  );
  return [prose(intro), ...(rows.length === 0 ? [] : [rowsTable]), ...notes.map(prose)];
}

export function evidenceSection(request: RequestResult, { result, lang }: Subject): string[] {
  const finding = findingOf(result);
  if (finding === undefined) return [];
  const say = sayIn(lang);
  const all = evidenceLines(finding, request);
  const shown = all.slice(0, MAX_EVIDENCE);
  const offsetWidth = Math.max(0, ...shown.map(({ offset }) => widthOf(offset)));
  const measured = measuredText(finding, lang);
  return [
    shown.length === 0
      ? say("evidence.none")
      : codeBlock(
          shown.map(({ offset, cpu, text }) => `${padStart(offset, offsetWidth)}  ${cpu}  ${text}`),
          "text",
        ),
    ...(all.length > shown.length ? [say("evidence.more", { count: all.length - shown.length })] : []),
    ...(measured === undefined ? [] : [prose(measured)]),
  ];
}

export function tracerSection(subject: Subject): string[] {
  const items = sectionItems(subject).map(({ text, details: more }) => [prose(text), ...more.map((detail) => `  - ${prose(detail)}`)].join("\n"));
  return items.length === 0 ? [] : [list(items)];
}

export function requestsSection(subject: Subject): string[] {
  const say = sayIn(subject.lang);
  const { shown, hidden } = otherRequests(subject, MAX_REQUESTS);
  if (shown.length === 0) return [];
  return [
    table(
      [
        [say("md.request"), "left"],
        [say("md.time"), "right"],
        [say("md.is-late"), "left"],
        [say("md.cause"), "left"],
      ],
      shown.map(({ id, duration, state, cause }) => [id, duration, state, cause].map(prose)),
    ),
    ...(hidden === 0 ? [] : [say("requests.more", { count: hidden })]),
  ];
}

export function trustSection(subject: Subject): string[] {
  const { lang, result } = subject;
  const { recording, gaps, looked, origin } = trustText(subject);
  return [
    list([...recording, ...gaps, ...looked, ...origin].map(prose)),
    ...(result.diagnoses.length === 0 ? [] : [details(message(lang, "md.causes", { count: result.diagnoses.length }), causesTable(result.diagnoses, lang))]),
    details(message(lang, "md.host"), hostTable(result, lang)),
  ];
}

function causesTable(diagnoses: readonly Diagnosis[], lang: Language): string {
  const say = sayIn(lang);
  const why = ({ because, missing }: Diagnosis): string => because ?? (missing ?? []).map((one) => `${one.what}: ${one.why}`).join("; ");
  return table(
    [
      [say("md.cause"), "left"],
      [say("md.what"), "left"],
      [say("md.result"), "left"],
      [say("md.cost"), "right"],
      [say("md.why"), "left"],
    ],
    diagnoses.map((diagnosis) => [
      code(diagnosis.cause),
      prose(causeTitle(diagnosis.cause, lang)),
      say(`status.${diagnosis.status}`),
      diagnosis.status === "found" ? prose(formatMs(diagnosis.costNs)) : "",
      prose(why(diagnosis)),
    ]),
  );
}

function hostTable({ host, capture, targets, tool }: RunResult, lang: Language): string {
  const facts: readonly (readonly [key: MessageKey, values: readonly string[]])[] = [
    ["md.kernel", host.kernel === undefined ? [] : [host.kernel]],
    ["md.arch", host.arch === undefined ? [] : [host.arch]],
    ["md.cpus", [String(host.cpus)]],
    ["md.service", targets.map(({ name, comm, pid }) => `${name} (${comm}[${pid}])`)],
    ["md.clock", [capture.clock]],
    ["md.events", capture.events],
    ["md.event-count", [String(capture.eventCount)]],
    ["md.recorded", [formatMs(capture.durationNs)]],
    ["md.version", [tool.version]],
  ];
  const say = sayIn(lang);
  return table(
    [
      [say("md.what"), "left"],
      [say("md.value"), "left"],
    ],
    facts.filter(([, values]) => values.some((value) => value !== "")).map(([key, values]) => [say(key), values.map(code).join(", ")]),
  );
}
