/** What is at this place of the timeline, in words? */
import { lowerBound, upperBound } from "../../../base/index.ts";
import { culpritRow } from "../../culprit-text.ts";
import { formatMs, formatOffset, formatThread } from "../../format-value.ts";
import { message } from "../../message.ts";
import { bandAt, type Bands } from "../bands.ts";
import { DOING } from "../lanes.ts";
import type { PageKey } from "../page-text.ts";
import { AXIS_HEIGHT, LABEL_WIDTH, rowHeight, timeAt, type Scene } from "./timeline-canvas.ts";
import type { View } from "./view.ts";

export interface Picked {
  readonly begin: number;
  readonly end: number;
  readonly text: string;
}

const DOING_KEYS: Readonly<Record<number, PageKey>> = {
  [DOING.running]: "doing.running",
  [DOING.waitsForCpu]: "doing.waits",
  [DOING.blocked]: "doing.blocked",
  [DOING.sleeping]: "doing.sleeping",
  [DOING.stopped]: "doing.stopped",
  [DOING.unknown]: "doing.unknown",
  [DOING.nothing]: "doing.nothing",
};

export function pickAt(scene: Scene, x: number, y: number, view: View): Picked | undefined {
  if (x < LABEL_WIDTH || y < AXIS_HEIGHT) return undefined;
  const time = timeAt(scene, x);
  let top = AXIS_HEIGHT - scene.scrolled;
  const row = scene.rows.find((one) => {
    top += rowHeight(one);
    return y < top;
  });
  if (row === undefined) return undefined;
  if (row.kind === "path") return pathAt(scene, time, view);
  return row.kind === "cpu" ? cpuAt(scene, row.cpu, time, view) : threadAt(scene, row.thread, time, view);
}

function pathAt(scene: Scene, time: number, { lang, request }: View): Picked | undefined {
  const { model } = scene;
  const piece = model.pieces[upperBound(model.path.start, time) - 1];
  const entry = piece === undefined ? undefined : request?.path[piece.entry];
  if (piece === undefined || entry === undefined || time >= piece.end) return undefined;
  const what = [message(lang, `class.${entry.class}`), formatThread(entry.thread), culpritRow(entry.culprit, lang)].filter(
    (part) => part !== undefined && part !== "",
  );
  return sliceOf(scene, piece.begin, piece.end, what.join(" · "));
}

function cpuAt(scene: Scene, cpu: number, time: number, { text }: View): Picked | undefined {
  const { lanes, drawing } = scene.model;
  const lane = lanes.cpu(cpu);
  const row = bandAt(lane.bands, time);
  if (row < 0) return undefined;
  const { begin, end } = rangeOf(lane.bands, row);
  const thread = drawing.occupancy[cpu]?.thread[row] ?? -1;
  const who = thread < 0 ? text("doing.unknown") : thread === 0 ? text("lane.idle") : (formatThread(drawing.threads[thread] ?? {}) ?? "?");
  const piece = bandAt(lane.interrupts, time);
  const name = piece < 0 ? undefined : drawing.names[lane.interruptNames[piece] ?? -1];
  if (name !== undefined && name !== "") {
    const inside = rangeOf(lane.interrupts, piece);
    return sliceOf(scene, inside.begin, inside.end, `${text("timeline.cpu", { cpu })} · ${name} · ${who}`);
  }
  return sliceOf(scene, begin, end, `${text("timeline.cpu", { cpu })} · ${who}`);
}

function threadAt(scene: Scene, thread: number, time: number, { text }: View): Picked | undefined {
  const { lanes, drawing } = scene.model;
  const { bands, cpu } = lanes.thread(thread);
  const row = bandAt(bands, time);
  if (row < 0) return undefined;
  const { begin, end } = rangeOf(bands, row);
  const doing = text(DOING_KEYS[bands.kind[row] as number] ?? "doing.unknown", { cpu: cpu[row] });
  return sliceOf(
    scene,
    begin,
    end,
    [formatThread(drawing.threads[thread] ?? {}) ?? "?", doing, wakerAt(scene, thread, end)].filter((part) => part !== "").join(" · "),
  );
}

/** Who woke it when this ended. */
function wakerAt({ model }: Scene, thread: number, time: number): string {
  const { time: times, waker, wakee } = model.drawing.wakes;
  for (let row = lowerBound(times, time); row < times.length && times[row] === time; row++) {
    if (wakee[row] === thread) return (waker[row] as number) < 0 ? "" : `← ${formatThread(model.drawing.threads[waker[row] as number] ?? {}) ?? "?"}`;
  }
  return "";
}

const rangeOf = (bands: Bands, row: number): { begin: number; end: number } => ({ begin: bands.start[row] as number, end: bands.start[row + 1] ?? bands.end });

const sliceOf = ({ model }: Scene, begin: number, end: number, what: string): Picked => ({
  begin,
  end,
  text: `${what} · ${formatMs(end - begin)} · ${formatOffset(begin - model.begin)} … ${formatOffset(end - model.begin)}`,
});
