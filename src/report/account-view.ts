/** Where did every nanosecond go? Rows of the account, largest first, and the sum that closes it. */
import { NS_PER_MS } from "../base/index.ts";
import type { RequestResult } from "../result/index.ts";
import { accountLines } from "./account-lines.ts";
import { formatShare, grouped, NO_BREAK } from "./format-value.ts";
import { padEnd, padStart, truncate, widthOf, wrap } from "./layout.ts";
import { message } from "./message.ts";
import type { RenderContext } from "./render-context.ts";
import { paintOf } from "./style.ts";

const BAR_CELLS = 10;
/** a name is worth more than a bar */
const MIN_CULPRIT_COLUMNS = 24;

export function renderAccount(request: RequestResult, context: RenderContext): string[] {
  const { lang, columns, style } = context;
  if (request.account.length === 0) return wrap(message(lang, "account.empty", { why: request.error }), columns, "  ");
  const { shown, folded, sum, closing, closes } = accountLines(request, lang);
  const labelWidth = Math.max(...shown.map(({ label }) => widthOf(label)), 4);
  const msWidth = Math.max(widthOf(inMs(request.durationNs)), 8);
  const figures = (ns: number, share: number): string => `  ${padStart(inMs(ns), msWidth)}  ${padStart(formatShare(share), 6)}  `;
  const fixed = 2 + msWidth + 2 + 6 + 2 + labelWidth + 2;
  const barCells = columns - fixed - BAR_CELLS - 2 < MIN_CULPRIT_COLUMNS ? 0 : BAR_CELLS;
  const indent = fixed + (barCells === 0 ? 0 : barCells + 2);
  const lines = shown.flatMap((row) => {
    const drawn = barCells === 0 ? "" : `${paintOf(style, row.class)(padEnd(bar(row.share), barCells))}  `;
    const [first = "", ...more] = wrap(truncate(row.who, 2 * (columns - indent)), columns - indent);
    return [`${figures(row.ns, row.share)}${drawn}${padEnd(row.label, labelWidth)}  ${first}`.trimEnd(), ...more.map((line) => " ".repeat(indent) + line)];
  });
  if (folded !== undefined) lines.push(style.quiet(`${figures(folded.ns, folded.share)}${message(lang, "account.more", { count: folded.count })}`));
  return [...lines, (closes ? style.strong : style.alarm)(figures(sum.ns, sum.share) + closing)];
}

const inMs = (ns: number): string => `${grouped(ns / NS_PER_MS, 1)}${NO_BREAK}ms`;

/** Eighths of a cell, so that 2 % and 5 % differ. */
function bar(share: number): string {
  const eighths = Math.max(1, Math.round(Math.min(1, share) * BAR_CELLS * 8));
  return "█".repeat(eighths >> 3) + ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths & 7];
}
