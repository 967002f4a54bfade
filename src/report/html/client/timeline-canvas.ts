/**
 * Paints the timeline. Every lane is drawn pixel by pixel of its visible part (bands.ts), so that a frame costs what the screen has,
 * not what the recording has. Only what is visible is painted.
 */
import type { Drawing } from "../../../drawing/index.ts";
import { lowerBound, upperBound } from "../../../base/index.ts";
import { formatMs, formatThread } from "../../format-value.ts";
import { runsOf, type Bands, type Run } from "../bands.ts";
import { DOING, INTERRUPT, ON_CPU } from "../lanes.ts";
import { CLASS_COLORS } from "./colors.ts";
import { niceStep } from "./nice-step.ts";
import { CLASSES_DRAWN, type Row, type TimelineModel } from "./timeline-model.ts";

export const LABEL_WIDTH = 168;
export const AXIS_HEIGHT = 22;
export const ROW_HEIGHT = 22;
const PATH_HEIGHT = 26;
const BAR_TOP = 4;
const BAR_HEIGHT = 13;
const INTERRUPT_HEIGHT = 4;
/** arrows and names are drawn when there are not more than these in view */
const MAX_ARROWS = 300;
const NAME_FROM_PIXELS = 34;

export interface Palette {
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly ground: string;
  readonly chosen: string;
  readonly band: string;
  readonly accent: string;
  readonly sleeping: string;
}

export interface Scene {
  readonly model: TimelineModel;
  readonly rows: readonly Row[];
  readonly labels: { readonly path: string; readonly cpu: (cpu: number) => string };
  /** visible, ns of the drawing */
  readonly begin: number;
  readonly end: number;
  /** pixels that are scrolled away above */
  readonly scrolled: number;
  /** css pixels */
  readonly width: number;
  readonly height: number;
  readonly cursor: number | undefined;
  readonly chosen: { readonly begin: number; readonly end: number } | undefined;
  readonly palette: Palette;
}

export const rowHeight = (row: Row): number => (row.kind === "path" ? PATH_HEIGHT : ROW_HEIGHT);
export const rowsHeight = (rows: readonly Row[]): number => rows.reduce((sum, row) => sum + rowHeight(row), 0);

export const CPU_COLORS: Readonly<Record<number, string>> = {
  [ON_CPU.service]: CLASS_COLORS.running,
  [ON_CPU.client]: "#3b8ed0",
  [ON_CPU.kernel]: "#8d6cab",
  [ON_CPU.other]: CLASS_COLORS.runnable,
};
const INTERRUPT_COLORS: Readonly<Record<number, string>> = { [INTERRUPT.hardirq]: CLASS_COLORS.hardirq, [INTERRUPT.softirq]: CLASS_COLORS.softirq };

export function paint(context: CanvasRenderingContext2D, scene: Scene): void {
  const { width, height, palette, rows, scrolled } = scene;
  context.clearRect(0, 0, width, height);
  context.font = "12px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.save();
  context.beginPath();
  context.rect(0, AXIS_HEIGHT, width, height - AXIS_HEIGHT);
  context.clip();
  let top = AXIS_HEIGHT - scrolled;
  paintWindow(context, scene);
  const tops = new Map<Row, number>();
  for (const row of rows) {
    const tall = rowHeight(row);
    tops.set(row, top);
    if (top + tall > AXIS_HEIGHT && top < height) paintRow(context, scene, row, top);
    top += tall;
  }
  paintArrows(context, scene, tops);
  context.restore();
  paintAxis(context, scene);
  if (scene.cursor !== undefined) {
    const x = xOf(scene, scene.cursor);
    if (x >= LABEL_WIDTH) {
      context.fillStyle = palette.ink;
      context.fillRect(Math.round(x), 0, 1, height);
    }
  }
}

export const xOf = ({ begin, end, width }: Scene, time: number): number => LABEL_WIDTH + ((time - begin) / (end - begin)) * (width - LABEL_WIDTH);
export const timeAt = ({ begin, end, width }: Scene, x: number): number => begin + ((x - LABEL_WIDTH) / (width - LABEL_WIDTH)) * (end - begin);

/** The request, and what is chosen, behind the rows. */
function paintWindow(context: CanvasRenderingContext2D, scene: Scene): void {
  const { model, palette, height, width, chosen } = scene;
  const fill = (from: number, to: number, color: string): void => {
    const [left, right] = [Math.max(LABEL_WIDTH, xOf(scene, from)), Math.min(width, xOf(scene, to))];
    if (right <= left) return;
    context.fillStyle = color;
    context.fillRect(left, AXIS_HEIGHT, Math.max(1, right - left), height);
  };
  fill(model.begin, model.end, palette.band);
  if (chosen !== undefined) fill(chosen.begin, chosen.end, palette.chosen);
}

function paintRow(context: CanvasRenderingContext2D, scene: Scene, row: Row, top: number): void {
  const { model, palette, width } = scene;
  context.fillStyle = palette.line;
  context.fillRect(0, top + rowHeight(row) - 1, width, 1);
  if (row.kind === "path") {
    label(context, scene, scene.labels.path, top, rowHeight(row), true);
    const colors = CLASSES_DRAWN.map((name) => CLASS_COLORS[name]);
    paintBands(context, scene, model.path, top + BAR_TOP, PATH_HEIGHT - 2 * BAR_TOP, (kind) => colors[kind - 1]);
  } else if (row.kind === "cpu") {
    const lane = model.lanes.cpu(row.cpu);
    label(context, scene, scene.labels.cpu(row.cpu), top, ROW_HEIGHT, false);
    paintBands(
      context,
      scene,
      lane.bands,
      top + BAR_TOP,
      BAR_HEIGHT,
      (kind) => CPU_COLORS[kind],
      (index) => nameOnCpu(model.drawing, row.cpu, index),
    );
    paintBands(context, scene, lane.interrupts, top + BAR_TOP, INTERRUPT_HEIGHT, (kind) => INTERRUPT_COLORS[kind]);
    paintGaps(context, scene, row.cpu, top);
    paintPathOn(context, scene, top, (piece) => piece.cpu === row.cpu && piece.class === "running");
  } else {
    const thread = model.drawing.threads[row.thread];
    const colors: Readonly<Record<number, string>> = {
      [DOING.running]: CPU_COLORS[model.roles[row.thread] as number] ?? CLASS_COLORS.running,
      [DOING.waitsForCpu]: "#f4b13d",
      [DOING.blocked]: CLASS_COLORS["blocked-io"],
      [DOING.sleeping]: palette.sleeping,
      [DOING.stopped]: CLASS_COLORS["blocked-stopped"],
      [DOING.unknown]: palette.line,
    };
    label(context, scene, formatThread(thread ?? {}) ?? "?", top, ROW_HEIGHT, false);
    paintBands(context, scene, model.lanes.thread(row.thread).bands, top + BAR_TOP, BAR_HEIGHT, (kind) => colors[kind]);
    paintGaps(context, scene, undefined, top);
    paintPathOn(context, scene, top, (piece) => piece.thread === row.thread);
  }
}

function label(context: CanvasRenderingContext2D, { palette }: Scene, text: string, top: number, tall: number, isStrong: boolean): void {
  context.fillStyle = isStrong ? palette.ink : palette.quiet;
  context.fillText(fitted(context, text, LABEL_WIDTH - 12), 6, top + tall / 2);
}

/** Cut to the width, the end kept out. */
function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let length = text.length;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length--;
  return `${text.slice(0, length)}…`;
}

function paintBands(
  context: CanvasRenderingContext2D,
  scene: Scene,
  bands: Bands,
  top: number,
  tall: number,
  colorOf: (kind: number) => string | undefined,
  nameOf?: (row: number) => string,
): void {
  const pixels = Math.max(1, Math.floor(scene.width - LABEL_WIDTH));
  runsOf(bands, scene.begin, scene.end, pixels, (run: Run) => {
    const color = colorOf(run.kind);
    if (color === undefined) return;
    context.globalAlpha = run.row >= 0 ? 1 : 0.25 + 0.75 * run.share;
    context.fillStyle = color;
    const left = LABEL_WIDTH + run.from;
    // a hair between two slices that can be told apart
    const wide = run.to - run.from > 3 ? run.to - run.from - 0.5 : run.to - run.from;
    context.fillRect(left, top, wide, tall);
    context.globalAlpha = 1;
    if (nameOf !== undefined && run.row >= 0 && run.to - run.from >= NAME_FROM_PIXELS) {
      context.fillStyle = "#ffffff";
      context.fillText(fitted(context, nameOf(run.row), run.to - run.from - 6), left + 3, top + tall / 2 + 1);
    }
  });
  context.globalAlpha = 1;
}

const HATCH_PIXELS = 5;

/** Where events of the CPU were lost, and where the recording is not drawn: hatched, for nothing is known there. A thread has no CPU. */
function paintGaps(context: CanvasRenderingContext2D, scene: Scene, cpu: number | undefined, top: number): void {
  const { lost, spans, durationNs } = scene.model.drawing;
  for (const { start, end } of [...lost.filter((one) => one.cpu === cpu), ...gapsBetween(spans, durationNs)]) {
    const left = Math.max(LABEL_WIDTH, Math.floor(xOf(scene, start)));
    const right = Math.min(scene.width, Math.max(left + 2, Math.ceil(xOf(scene, end))));
    if (xOf(scene, end) < LABEL_WIDTH || left >= scene.width) continue;
    context.save();
    context.beginPath();
    context.rect(left, top + 2, right - left, BAR_HEIGHT + 4);
    context.clip();
    context.strokeStyle = scene.palette.ink;
    context.beginPath();
    for (let x = left - BAR_HEIGHT; x < right; x += HATCH_PIXELS) {
      context.moveTo(x, top + BAR_TOP + BAR_HEIGHT + 2);
      context.lineTo(x + BAR_HEIGHT + 4, top + 2);
    }
    context.stroke();
    context.restore();
  }
}

function gapsBetween(spans: Drawing["spans"], durationNs: number): { start: number; end: number }[] {
  const edges = [{ begin: 0, end: 0 }, ...spans, { begin: durationNs, end: durationNs }];
  return edges.flatMap(({ begin }, index) => {
    const start = edges[index - 1]?.end ?? 0;
    return begin > start ? [{ start, end: begin }] : [];
  });
}

const nameOnCpu = ({ occupancy, threads }: Drawing, cpu: number, row: number): string => {
  const thread = occupancy[cpu]?.thread[row] ?? -1;
  return thread < 0 ? "" : (formatThread({ ...threads[thread], pid: undefined as never }) ?? "");
};

/** The critical path is on this row: a line below it. */
function paintPathOn(context: CanvasRenderingContext2D, scene: Scene, top: number, isHere: (piece: TimelineModel["pieces"][number]) => boolean): void {
  context.fillStyle = scene.palette.accent;
  let until = Number.NEGATIVE_INFINITY;
  for (const piece of visiblePieces(scene)) {
    if (!isHere(piece)) continue;
    const left = Math.max(LABEL_WIDTH, xOf(scene, piece.begin), until);
    const right = Math.min(scene.width, xOf(scene, piece.end));
    if (right <= until) continue;
    context.fillRect(left, top + BAR_TOP + BAR_HEIGHT + 1, Math.max(1, right - left), 2);
    until = Math.max(left + 1, right);
  }
}

function visiblePieces({ model, begin, end }: Scene): readonly TimelineModel["pieces"][number][] {
  const { start } = model.path;
  return model.pieces.slice(Math.max(0, upperBound(start, begin) - 1), lowerBound(start, end));
}

/** From the row of who waited to the row of who made it wait, where the path goes from one to the other. */
function paintArrows(context: CanvasRenderingContext2D, scene: Scene, tops: ReadonlyMap<Row, number>): void {
  const byThread = new Map<number, number>();
  for (const [row, top] of tops) if (row.kind === "thread") byThread.set(row.thread, top);
  const pieces = visiblePieces(scene);
  if (pieces.length > MAX_ARROWS) return;
  context.strokeStyle = scene.palette.accent;
  context.fillStyle = scene.palette.accent;
  for (let at = 1; at < pieces.length; at++) {
    const [before, after] = [pieces[at - 1] as TimelineModel["pieces"][number], pieces[at] as TimelineModel["pieces"][number]];
    const [from, to] = [byThread.get(before.thread), byThread.get(after.thread)];
    if (before.thread === after.thread || from === undefined || to === undefined) continue;
    const x = Math.round(xOf(scene, after.begin)) + 0.5;
    if (x < LABEL_WIDTH || x > scene.width) continue;
    const [y0, y1] = [from + ROW_HEIGHT / 2, to + ROW_HEIGHT / 2];
    const down = y1 > y0 ? 1 : -1;
    context.beginPath();
    context.moveTo(x, y0);
    context.lineTo(x, y1);
    context.stroke();
    context.beginPath();
    context.moveTo(x, y1);
    context.lineTo(x - 3.5, y1 - 6 * down);
    context.lineTo(x + 3.5, y1 - 6 * down);
    context.fill();
  }
}

function paintAxis(context: CanvasRenderingContext2D, scene: Scene): void {
  const { palette, width, begin, end, model } = scene;
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, width, AXIS_HEIGHT);
  context.fillStyle = palette.line;
  context.fillRect(0, AXIS_HEIGHT - 1, width, 1);
  const step = niceStep((end - begin) / Math.max(2, (width - LABEL_WIDTH) / 110));
  context.fillStyle = palette.quiet;
  for (let at = Math.ceil((begin - model.begin) / step) * step; model.begin + at <= end; at += step) {
    const x = xOf(scene, model.begin + at);
    if (x < LABEL_WIDTH) continue;
    context.fillRect(x, AXIS_HEIGHT - 5, 1, 5);
    const text = at === 0 ? "0" : `${at < 0 ? "" : "+"}${formatMs(at)}`;
    if (x + 4 + context.measureText(text).width < width) context.fillText(text, x + 3, AXIS_HEIGHT / 2);
  }
}
