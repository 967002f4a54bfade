/** Where did every nanosecond go? Rows of the account, largest first, and the sum that closes it. */
import { NS_PER_MS } from "../base/index.ts";
import type { AccountRow, RequestResult } from "../result/index.ts";
import { culpritRow } from "./culprit-text.ts";
import { formatShare, grouped, NO_BREAK } from "./format-value.ts";
import { padEnd, padStart, truncate, widthOf, wrap } from "./layout.ts";
import { message } from "./message.ts";
import type { Language } from "./messages.ts";
import type { RenderContext } from "./render-context.ts";
import { paintOf } from "./style.ts";

const FOLD_BELOW = 0.005;
const MAX_ROWS = 10;
const BAR_CELLS = 10;
/** a name is worth more than a bar */
const MIN_CULPRIT_COLUMNS = 24;

export function renderAccount(request: RequestResult, context: RenderContext): string[] {
  const { lang, columns, style } = context;
  if (request.account.length === 0) return wrap(message(lang, "account.empty", { why: request.error }), columns, "  ");
  const sorted = mergeRows(request.account, lang).sort((a, b) => b.ns - a.ns);
  const shown = sorted.filter((row) => row.share >= FOLD_BELOW).slice(0, MAX_ROWS);
  const folded = sorted.filter((row) => !shown.includes(row));
  const labels = shown.map((row) => message(lang, `class.${row.class}`));
  const labelWidth = Math.max(...labels.map(widthOf), 4);
  const msWidth = Math.max(widthOf(inMs(request.durationNs)), 8);
  const fixed = 2 + msWidth + 2 + 6 + 2 + labelWidth + 2;
  const barCells = columns - fixed - BAR_CELLS - 2 < MIN_CULPRIT_COLUMNS ? 0 : BAR_CELLS;
  const indent = fixed + (barCells === 0 ? 0 : barCells + 2);
  const lines = shown.flatMap((row, index) => {
    const figures = `  ${padStart(inMs(row.ns), msWidth)}  ${padStart(formatShare(row.share), 6)}  `;
    const drawn = barCells === 0 ? "" : `${paintOf(style, row.class)(padEnd(bar(row.share), barCells))}  `;
    const [first = "", ...more] = wrap(truncate(culpritRow(row.culprit, lang, row.threads), 2 * (columns - indent)), columns - indent);
    return [`${figures}${drawn}${padEnd(labels[index] ?? "", labelWidth)}  ${first}`.trimEnd(), ...more.map((line) => " ".repeat(indent) + line)];
  });
  if (folded.length > 0)
    lines.push(
      style.quiet(
        `  ${padStart(inMs(sumOf(folded)), msWidth)}  ${padStart(formatShare(folded.reduce((sum, row) => sum + row.share, 0)), 6)}  ${message(lang, "account.more", { count: folded.length })}`,
      ),
    );
  return [...lines, sumLine(request, msWidth, context)];
}

interface ShownRow extends AccountRow {
  readonly threads: number;
}

/** Threads of one rival process share a row: who reads the report acts on the process. So do rows that would read the same. */
function mergeRows(rows: readonly AccountRow[], lang: Language): ShownRow[] {
  const merged = new Map<string, ShownRow>();
  for (const row of rows) {
    const { kind, pid, comm } = row.culprit;
    const ofProcess = kind === "rival" && pid !== undefined && pid > 0;
    const key = ofProcess ? `${row.class} ${pid} ${comm ?? ""}` : `${row.class} ${culpritRow(row.culprit, lang)}`;
    const known = merged.get(key);
    if (known === undefined) merged.set(key, { ...row, threads: 1 });
    else
      merged.set(key, {
        class: row.class,
        culprit: known.culprit,
        ns: known.ns + row.ns,
        share: known.share + row.share,
        threads: known.threads + (ofProcess ? 1 : 0),
      });
  }
  return [...merged.values()];
}

/** The promise of the tool in one line; a broken one is shown, not hidden. */
function sumLine(request: RequestResult, msWidth: number, { lang, style }: RenderContext): string {
  const sum = sumOf(request.account);
  const difference = sum - request.durationNs;
  const text = difference === 0 ? message(lang, "account.sum") : message(lang, "account.broken", { difference });
  const line = `  ${padStart(inMs(sum), msWidth)}  ${padStart(formatShare(request.durationNs === 0 ? 1 : sum / request.durationNs), 6)}  ${text}`;
  return difference === 0 ? style.strong(line) : style.alarm(line);
}

const sumOf = (rows: readonly AccountRow[]): number => rows.reduce((sum, row) => sum + row.ns, 0);
const inMs = (ns: number): string => `${grouped(ns / NS_PER_MS, 1)}${NO_BREAK}ms`;

/** Eighths of a cell, so that 2 % and 5 % differ. */
function bar(share: number): string {
  const eighths = Math.max(1, Math.round(Math.min(1, share) * BAR_CELLS * 8));
  return "█".repeat(eighths >> 3) + ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths & 7];
}
