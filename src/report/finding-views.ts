/** What backs the verdict and what can be done: evidence, contrast with the fast requests, what to type. */
import { printable } from "../base/index.ts";
import { type Diagnosis, nsBetween, type RequestResult } from "../result/index.ts";
import { formatBytes, formatMs, formatOffset, formatShare } from "./format-value.ts";
import { padEnd, padStart, truncate, widthOf, wrap } from "./layout.ts";
import { message, optionalMessage } from "./message.ts";
import type { RenderContext } from "./render-context.ts";
import { paintOf } from "./style.ts";

const MAX_EVIDENCE = 3;
const MAX_EVENT_COLUMNS = 200;
const MAX_CONTRAST = 5;
const MAX_REMEDIES = 3;
/** classes that differ by less than this part of the excess are not worth a line */
const CONTRAST_FROM = 0.03;

/** The diagnosis behind the run's verdict. */
export function findingOf({ result }: RenderContext): Diagnosis | undefined {
  return result.diagnoses.find((diagnosis) => diagnosis.cause === result.verdict.cause && diagnosis.status === "found");
}

export function renderEvidence(request: RequestResult, context: RenderContext): string[] {
  const { lang, columns, style } = context;
  const finding = findingOf(context);
  if (finding === undefined) return [];
  const offsets = finding.evidence.map((event) => formatOffset(nsBetween(request.beginNs, event.timeNs)));
  const shown = finding.evidence.slice(0, MAX_EVIDENCE);
  const timeWidth = Math.max(0, ...offsets.slice(0, shown.length).map(widthOf));
  const cpuWidth = Math.max(0, ...shown.map((event) => `cpu${event.cpu}`.length));
  const lines = shown.flatMap((event, index) => {
    const head = `  ${padStart(offsets[index] ?? "", timeWidth)}  ${padEnd(`cpu${event.cpu}`, cpuWidth)}  `;
    const indent = " ".repeat(widthOf(head));
    // an event is proof: wrapped rather than cut, up to a limit that keeps a hostile text from filling the screen
    return wrap(truncate(`${printable(event.event)}: ${printable(event.text)}`, MAX_EVENT_COLUMNS), columns, indent).map((line, row) =>
      row === 0 ? style.quiet(head) + line.slice(indent.length) : line,
    );
  });
  if (shown.length === 0) lines.push(...wrap(message(lang, "evidence.none"), columns, "  "));
  if (finding.evidence.length > shown.length) lines.push(style.quiet(`  ${message(lang, "evidence.more", { count: finding.evidence.length - shown.length })}`));
  const facts = Object.entries(finding.facts).map(([name, value]) => factText(name, value));
  if (facts.length > 0) lines.push(...wrap(message(lang, "evidence.measured", { facts: facts.join(", ") }), columns, "  ", "    "));
  return lines;
}

/** Fact names end in their unit; people get the unit they read. */
function factText(name: string, value: string | number | boolean): string {
  if (typeof value === "number" && name.endsWith("Ns")) return `${name.slice(0, -2)} ${formatMs(value)}`;
  if (typeof value === "number" && name.endsWith("Bytes")) return `${name.slice(0, -5)} ${formatBytes(value)}`;
  return `${name} ${String(value)}`;
}

export function renderContrast(request: RequestResult, typicalNs: number | undefined, context: RenderContext): string[] {
  const { lang, columns, style, result } = context;
  const { contrast } = result;
  if (contrast === undefined || typicalNs === undefined) {
    return wrap(message(lang, result.requests.length > 1 ? "contrast.even" : "contrast.single"), columns, "  ");
  }
  const count = contrast.fast.length;
  const key = count < result.requests.length - 1 ? "contrast.fast" : count === 1 ? "contrast.one" : "contrast.many";
  const lines = wrap(message(lang, key, { request: request.id, count, duration: formatMs(request.durationNs), typical: formatMs(typicalNs) }), columns, "  ");
  const limit = Math.abs(contrast.excessNs) * CONTRAST_FROM;
  const rows = contrast.byClass
    .filter((row) => Math.abs(row.excessNs) >= limit && row.excessNs !== 0)
    .sort((a, b) => Math.abs(b.excessNs) - Math.abs(a.excessNs))
    .slice(0, MAX_CONTRAST);
  const figures = rows.map((row) => (row.excessNs > 0 ? "+" : "") + formatMs(row.excessNs));
  const width = Math.max(0, ...figures.map(widthOf));
  for (const [index, row] of rows.entries()) {
    const text = message(lang, "contrast.row", { class: message(lang, `class.${row.class}`), slow: formatMs(row.slowNs), fast: formatMs(row.fastNs) });
    lines.push(`    ${paintOf(style, row.class)(padStart(figures[index] ?? "", width))}  ${truncate(text, columns - width - 6)}`);
  }
  if (rows.length === 0) lines.push(`    ${message(lang, "contrast.same", { limit: formatMs(limit) })}`);
  if (contrast.explained !== undefined) {
    const { cause, excessNs, share } = contrast.explained;
    lines.push(...wrap(message(lang, "contrast.explained", { cause, excess: formatMs(excessNs), share: formatShare(share) }), columns, "  "));
  }
  if (contrast.isFirst === true) lines.push(...wrap(message(lang, "contrast.first"), columns, "  "));
  return lines;
}

/** Commands are never wrapped or cut: they are there to be copied. */
export function renderRemedies(context: RenderContext): string[] {
  const { lang, style, columns } = context;
  const finding = findingOf(context);
  if (finding === undefined) return [];
  if (finding.remedies.length === 0) return wrap(message(lang, "remedies.none"), columns, "  ");
  return finding.remedies.slice(0, MAX_REMEDIES).flatMap((remedy) => {
    const title = optionalMessage(lang, `remedy.${remedy.id}`) ?? printable(remedy.id);
    return [
      ...wrap(message(lang, "remedies.line", { title, risk: message(lang, `risk.${remedy.risk}`) }), columns, "  ", "    "),
      ...remedy.commands.map((command) => `    ${style.command(printable(command))}`),
      ...remedy.undo.map((command) => style.quiet(`      ${message(lang, "remedies.undo", { command })}`)),
      ...(remedy.verify === undefined
        ? []
        : wrap(message(lang, "remedies.verify", { what: remedy.verify }), columns, "      ").map((line) => style.quiet(line))),
    ];
  });
}
