/** What backs the verdict and what can be done, in columns: what to type, the contrast with the fast requests, evidence. */
import { printable } from "../base/index.ts";
import type { RemedyAdvice, RequestResult } from "../result/index.ts";
import { contrastText } from "./contrast-text.ts";
import { evidenceLines, findingOf, measuredText, remedyTitle } from "./finding-text.ts";
import { NO_BREAK } from "./format-value.ts";
import { padEnd, padStart, truncate, widthOf, wrap } from "./layout.ts";
import { message } from "./message.ts";
import type { RenderContext } from "./render-context.ts";
import { paintOf } from "./style.ts";

const MAX_EVIDENCE = 3;
const MAX_EVENT_COLUMNS = 200;
/** remedies beside the first that are shown with their commands */
const MAX_OTHERS = 2;

/** The first remedy with how to see that it helped, the others shorter. Commands are never wrapped or cut: they are there to be copied. */
export function renderRemedies(context: RenderContext): string[] {
  const { result, lang, style, columns } = context;
  const finding = findingOf(result);
  if (finding === undefined) return [];
  const [first, ...others] = finding.remedies;
  if (first === undefined) return wrap(message(lang, "remedies.none"), columns, "  ");
  const shown = others.slice(0, MAX_OTHERS);
  const named = others.slice(MAX_OTHERS).map((remedy) => remedyTitle(remedy, lang));
  return [
    ...wrap(remedyTitle(first, lang), columns, "  ", "    "),
    ...commandLines(first, context),
    ...(first.verify === undefined ? [] : wrap(message(lang, "remedies.verify", { what: first.verify }), columns, "      ").map(style.quiet)),
    ...shown.flatMap((remedy) => [
      ...wrap(message(lang, "remedies.or", { title: remedyTitle(remedy, lang) }), columns, "  ", "    "),
      ...commandLines(remedy, context),
    ]),
    ...(named.length === 0 ? [] : wrap(message(lang, "remedies.others", { titles: named.join("; ") }), columns, "  ", "    ")),
  ];
}

/** Never a command without its undo. */
function commandLines({ commands, undo }: RemedyAdvice, { lang, style }: RenderContext): string[] {
  return [
    ...commands.map((command) => `    ${style.command(printable(command))}`),
    ...undo.map((command) => style.quiet(`      ${message(lang, "remedies.undo", { command })}`)),
  ];
}

export function renderContrast(request: RequestResult, context: RenderContext): string[] {
  const { lang, columns, style } = context;
  const { intro, rows, notes } = contrastText(request, context);
  const width = Math.max(0, ...rows.map(({ difference }) => widthOf(difference)));
  return [
    ...wrap(intro, columns, "  "),
    ...rows.map((row) => {
      const text = message(lang, "contrast.row", { class: row.label, slow: row.slow, fast: row.fast });
      return `    ${paintOf(style, row.class)(padStart(row.difference, width))}  ${truncate(text, columns - width - 6)}`;
    }),
    ...notes.flatMap((note) => wrap(note, columns, "  ")),
  ];
}

export function renderEvidence(request: RequestResult, context: RenderContext): string[] {
  const { result, lang, columns, style } = context;
  const finding = findingOf(result);
  if (finding === undefined) return [];
  const all = evidenceLines(finding, request);
  const shown = all.slice(0, MAX_EVIDENCE);
  const timeWidth = Math.max(0, ...shown.map(({ offset }) => widthOf(offset)));
  const cpuWidth = Math.max(0, ...shown.map(({ cpu }) => cpu.length));
  const lines = shown.flatMap(({ offset, cpu, text }) => {
    const head = `  ${padStart(offset, timeWidth)}  ${padEnd(cpu, cpuWidth)}  `;
    const indent = " ".repeat(widthOf(head));
    // an event is proof: wrapped rather than cut, up to a limit that keeps a hostile text from filling the screen
    return wrap(truncate(text, MAX_EVENT_COLUMNS), columns, indent).map((line, row) => (row === 0 ? style.quiet(head) + line.slice(indent.length) : line));
  });
  if (shown.length === 0) lines.push(...wrap(message(lang, "evidence.none"), columns, "  "));
  if (all.length > shown.length) lines.push(style.quiet(`  ${message(lang, "evidence.more", { count: all.length - shown.length })}`));
  const measured = measuredText(finding, lang);
  return measured === undefined ? lines : [...lines, ...wrap(measured, columns, "  ", "    ")];
}

/** A command inside a sentence, on one line, to be copied. */
export const unbroken = (command: string): string => command.replaceAll(" ", NO_BREAK);
