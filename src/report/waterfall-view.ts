/** How is a waterfall drawn in characters? One cell shows what took most of its stretch of time. */
import { NS_PER_MS, printable } from "../base/index.ts";
import type { RequestResult } from "../result/index.ts";
import { padEnd, padStart, truncate, widthOf } from "./layout.ts";
import { message } from "./message.ts";
import type { RenderContext } from "./render-context.ts";
import type { Paint, Style } from "./style.ts";
import { buildWaterfall, type Activity, type WaterfallRow } from "./waterfall.ts";

const GLYPHS: Readonly<Record<Activity, string>> = { run: "█", held: "▒", blocked: "░", awaited: "─", reclaim: "▓", unknown: "?" };
const ACTIVITIES = Object.keys(GLYPHS) as Activity[];
/** less than this part of a cell is drawn as "briefly" */
const BRIEF_BELOW = 0.2;
const BRIEF = "·";
type Cell = Activity | "brief" | undefined;

export function renderWaterfall(request: RequestResult, context: RenderContext): string[] {
  const { lang, columns, style } = context;
  const { rows, hidden, durationNs } = buildWaterfall(request, context.servicePids);
  if (rows.length === 0 || durationNs <= 0) return [];
  const roles = rows.map((row) => message(lang, `role.${row.role}`));
  const names = rows.map((row) => nameOf(row, context));
  const roleWidth = Math.max(...roles.map(widthOf));
  const nameWidth = Math.min(Math.max(...names.map(widthOf)), Math.floor(columns * 0.28));
  const labelWidth = 2 + roleWidth + 1 + nameWidth + 1;
  const cells = Math.max(20, columns - labelWidth);
  const drawn = rows.map((row) => paintCells(row, durationNs, cells));
  const lines = [padEnd(padStart(message(lang, "waterfall.axis"), labelWidth - 1), labelWidth) + style.quiet(axis(durationNs, cells))];
  for (const [index, row] of rows.entries()) {
    const label = `  ${padEnd(roles[index] ?? "", roleWidth)} ${padEnd(truncate(names[index] ?? "", nameWidth), nameWidth)} `;
    lines.push((label + draw(drawn[index] ?? [], row, style)).trimEnd());
  }
  if (hidden > 0) lines.push(`  ${style.quiet(message(lang, "waterfall.more", { count: hidden }))}`);
  lines.push(...legend(drawn, context));
  return lines;
}

function nameOf(row: WaterfallRow, { lang }: RenderContext): string {
  if (row.thread === undefined) return message(lang, "interrupts");
  const { comm, pid, tid } = row.thread;
  return row.threads > 1 ? `${printable(comm)}[${pid}] ×${row.threads}` : `${printable(comm)}[${tid}]`;
}

/** What each cell shows; several kinds in one cell: the longest wins. */
export function paintCells(row: WaterfallRow, durationNs: number, cells: number): Cell[] {
  const perCell = durationNs / cells;
  const sums = new Map<Activity, Float64Array>();
  for (const { begin, end, activity } of row.spans) {
    let sum = sums.get(activity);
    if (sum === undefined) sums.set(activity, (sum = new Float64Array(cells)));
    const last = Math.min(cells - 1, Math.floor(end / perCell));
    for (let cell = Math.max(0, Math.floor(begin / perCell)); cell <= last; cell++) {
      sum[cell] = (sum[cell] ?? 0) + Math.max(0, Math.min(end, (cell + 1) * perCell) - Math.max(begin, cell * perCell));
    }
  }
  return Array.from({ length: cells }, (_, cell): Cell => {
    let best: Activity | undefined;
    let bestNs = 0;
    let total = 0;
    for (const [activity, sum] of sums) {
      const ns = sum[cell] ?? 0;
      total += ns;
      if (ns > bestNs) [best, bestNs] = [activity, ns];
    }
    return total > 0 && total < perCell * BRIEF_BELOW ? "brief" : best;
  });
}

/** Round steps, labels where their tick is; the last label is the end of the request when there is room. */
export function axis(durationNs: number, cells: number): string {
  const durationMs = durationNs / NS_PER_MS;
  const step =
    [1, 2, 5, 10]
      .map((factor) => factor * 10 ** Math.floor(Math.log10(durationMs / 4)))
      .find((candidate) => durationMs / candidate <= Math.max(2, cells / 10)) ?? durationMs;
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  let line = "";
  for (let tick = 0; tick * step < durationMs; tick++) {
    const label = `│${(tick * step).toFixed(digits)}`;
    const at = Math.round(((tick * step) / durationMs) * cells);
    if (at < line.length + (tick === 0 ? 0 : 1) || at + label.length > cells) continue;
    line = line.padEnd(at) + label;
  }
  return line;
}

function draw(cells: readonly Cell[], row: WaterfallRow, style: Style): string {
  let line = "";
  for (let from = 0; from < cells.length;) {
    const cell = cells[from];
    let to = from + 1;
    while (to < cells.length && cells[to] === cell) to++;
    line += cell === undefined ? " ".repeat(to - from) : paintOfCell(cell, row, style)((cell === "brief" ? BRIEF : GLYPHS[cell]).repeat(to - from));
    from = to;
  }
  return line;
}

function paintOfCell(cell: Activity | "brief", { role }: WaterfallRow, style: Style): Paint {
  if (cell === "run" || cell === "brief") return role === "client" || role === "service" || role === "other" ? style.run : style.rival;
  return { held: style.held, reclaim: style.held, blocked: style.blocked, awaited: style.quiet, unknown: style.unknown }[cell];
}

/** Only what is in the picture is explained. */
function legend(drawn: readonly (readonly Cell[])[], { lang, columns, style }: RenderContext): string[] {
  const used = new Set(drawn.flat());
  const entries = ACTIVITIES.filter((activity) => used.has(activity)).map((activity) => `${GLYPHS[activity]} ${message(lang, `legend.${activity}`)}`);
  if (used.has("brief")) entries.push(`${BRIEF} ${message(lang, "legend.brief")}`);
  return entries.length === 0 ? [] : [`  ${style.quiet(truncate(entries.join("   "), columns - 2))}`];
}
