/** How is a comparison of two sets of runs told? The sentence, what moved, the classes side by side, what else is different. */
import { printable } from "../base/index.ts";
import type { ClassShift, Comparison, Shift } from "../result/index.ts";
import { culpritNoun } from "./culprit-text.ts";
import { formatMs, formatP, formatSignedMs } from "./format-value.ts";
import { padEnd, padStart, plainSpaces, widthOf, wrap } from "./layout.ts";
import { message } from "./message.ts";
import type { Language } from "./messages.ts";
import { clampColumns, type RenderOptions } from "./render-context.ts";
import { createStyle } from "./style.ts";

export interface ComparisonNames {
  readonly a: string;
  readonly b: string;
}

/** a class whose whole interval is within this part of A's median is left to --json */
const SHOWN_FROM = 0.002;

export function renderComparison(comparison: Comparison, names: ComparisonNames, options: RenderOptions): string {
  const { lang } = options;
  const columns = clampColumns(options.columns);
  const style = createStyle(options.color);
  const { verdict } = comparison;
  const paint = verdict === "slower" ? style.alarm : style.strong;
  const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ["", style.heading(title), ...lines]);
  const lines = [
    ...wrap(verdictSentence(comparison, lang), columns).map(paint),
    ...[moreSentence(comparison, lang), movedSentence(comparison, lang), objectiveSentence(comparison, lang)]
      .filter((text) => text !== undefined)
      .flatMap((text) => wrap(text, columns)),
    ...section(
      message(lang, "compare.classes"),
      table(comparison, lang).map((line, index) => (index === 0 ? style.quiet(line) : line)),
    ),
    ...section(
      message(lang, "compare.sets"),
      setLines(comparison, names, lang).flatMap((line) => wrap(line, columns, "  ", "    ")),
    ),
    ...wrap(message(lang, "compare.how", { method: message(lang, `compare.method.${comparison.latency.method}`) }), columns, "  ", "    ").map(style.quiet),
    ...section(
      message(lang, "compare.differs"),
      differenceLines(comparison, lang).flatMap((line) => wrap(line, columns, "  ", "    ")),
    ),
  ];
  return plainSpaces(`${lines.join("\n")}\n`);
}

/** What `-q` prints and --json holds: the verdict and what moved. */
export function comparisonSentence(comparison: Comparison, lang: Language): string {
  const parts = [verdictSentence(comparison, lang), moreSentence(comparison, lang), movedSentence(comparison, lang)];
  return plainSpaces(parts.filter((part) => part !== undefined).join(lang === "zh" ? "" : " "));
}

function verdictSentence({ verdict, latency, mattersNs }: Comparison, lang: Language): string {
  return message(lang, `compare.${verdict}`, {
    a: formatMs(latency.medianA),
    b: formatMs(latency.medianB),
    ...boundsOf(latency, verdict === "slower" || verdict === "faster" ? formatMs : formatSignedMs),
    shift: formatMs(Math.abs(latency.shift)),
    matters: formatMs(mattersNs),
    p: formatP(latency.pValue),
  });
}

/** Of a faster B the bounds are said as it is: by how much faster. */
function boundsOf({ low, high, shift }: Shift, format: (ns: number) => string): { low: string; high: string } {
  const isTurned = format === formatMs && shift < 0;
  return isTurned ? { low: format(-high), high: format(-low) } : { low: format(low), high: format(high) };
}

function moreSentence({ verdict, more }: Comparison, lang: Language): string | undefined {
  if (verdict !== "inconclusive") return undefined;
  return more === undefined ? message(lang, "compare.no-number") : message(lang, "compare.more", more);
}

function movedSentence({ classes, moved }: Comparison, lang: Language): string {
  if (classes.length === 0) return message(lang, "compare.no-account");
  const first = classes.find((shift) => moved.includes(shift.class));
  if (first === undefined) return message(lang, "compare.none-moved");
  // in fewer than half of all pairs there is a difference: its median is 0, its mean is not
  const isRare = first.shift === 0;
  return message(lang, isRare ? "compare.moved-mean" : "compare.moved", {
    class: message(lang, `class.${first.class}`),
    shift: formatSignedMs(isRare ? first.meanB - first.meanA : first.shift),
    ...boundsOf(first, formatSignedMs),
    p: formatP(first.pAdjusted),
    culprit: first.culprit === undefined ? undefined : culpritNoun(first.culprit, lang),
  });
}

function objectiveSentence({ objective, a, b }: Comparison, lang: Language): string | undefined {
  if (objective === undefined) return undefined;
  const { limitNs, overA, overB, pValue } = objective;
  return message(lang, "compare.objective", { limit: formatMs(limitNs), overA, overB, countA: a.requests, countB: b.requests, p: formatP(pValue) });
}

function table({ classes, latency, moved }: Comparison, lang: Language): string[] {
  if (classes.length === 0) return [];
  const shown = classes.filter(
    (shift) => moved.includes(shift.class) || Math.max(Math.abs(shift.shift), Math.abs(shift.low), Math.abs(shift.high)) >= SHOWN_FROM * latency.medianA,
  );
  const row = (label: string, shift: Shift, pValue: number): string[] => [
    label,
    formatMs(shift.medianA),
    formatMs(shift.medianB),
    formatSignedMs(shift.shift),
    message(lang, "compare.interval", boundsOf(shift, formatSignedMs)),
    // the heading says p: the equals sign is left out
    formatP(pValue).replace(/^=\s/, ""),
  ];
  const cells = [
    (["class", "a", "b", "shift", "interval", "p"] as const).map((name) => message(lang, `compare.head.${name}`)),
    ...shown.map((shift: ClassShift) => row(message(lang, `class.${shift.class}`), shift, shift.pAdjusted)),
    row(message(lang, "compare.latency"), latency, latency.pValue),
  ];
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => widthOf(line[column] ?? ""))));
  return cells.map((line) => `  ${line.map((cell, column) => (column === 0 ? padEnd : padStart)(cell, widths[column] ?? 0)).join("  ")}`);
}

function setLines({ a, b }: Comparison, names: ComparisonNames, lang: Language): string[] {
  return (
    [
      ["A", a, names.a],
      ["B", b, names.b],
    ] as const
  ).map(([set, { runs, requests, failed, accounted }, name]) =>
    message(lang, "compare.set", {
      set,
      name,
      runs,
      requests,
      failed: failed === 0 ? undefined : failed,
      bare: accounted === requests ? undefined : requests - accounted,
    }),
  );
}

function differenceLines({ differs }: Comparison, lang: Language): string[] {
  const listed = (values: readonly string[]): string => (values.length === 0 ? message(lang, "compare.nothing") : values.map(printable).join(", "));
  return differs.map(({ what, a, b }) => message(lang, "compare.differ", { what: message(lang, `compare.what.${what}`), a: listed(a), b: listed(b) }));
}
