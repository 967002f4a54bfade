/** The whole recording in one strip: where the requests are, how busy the CPUs were, and which part is shown. */
import { useEffect, useRef } from "preact/hooks";
import type { Drawing } from "../../../drawing/index.ts";
import { CLASS_COLORS } from "./colors.ts";
import { useView } from "./view.ts";
import { windowIn } from "./window.ts";

interface Range {
  readonly begin: number;
  readonly end: number;
}

const CELLS = 400;
const HEIGHT = 34;

export function Minimap({ drawing, range, onRange }: { readonly drawing: Drawing; readonly range: Range; readonly onRange: (range: Range) => void }) {
  const { result, theme } = useView();
  const canvas = useRef<HTMLCanvasElement>(null);
  const drag = useRef<number>(undefined);
  const { durationNs } = drawing;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined) return;
    const style = getComputedStyle(document.documentElement);
    context.clearRect(0, 0, CELLS, HEIGHT);
    const slow = new Set(result.contrast?.slow);
    for (const request of result.requests) {
      const { begin, end } = windowIn(drawing, request);
      context.fillStyle = slow.has(request.id) ? CLASS_COLORS.runnable : style.getPropertyValue("--chosen");
      context.fillRect((begin / durationNs) * CELLS, 0, Math.max(1, ((end - begin) / durationNs) * CELLS), HEIGHT);
    }
    context.fillStyle = style.getPropertyValue("--quiet");
    for (const [cell, share] of busyShares(drawing).entries()) context.fillRect(cell, HEIGHT - share * HEIGHT * 0.7, 1, share * HEIGHT * 0.7);
  }, [drawing, theme, result]);
  const centre = (event: PointerEvent): void => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * durationNs;
    const half = (range.end - range.begin) / 2;
    onRange({ begin: at - half, end: at + half });
  };
  return (
    <div
      class="minimap"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = event.pointerId;
        centre(event);
      }}
      onPointerMove={(event) => {
        if (drag.current === event.pointerId) centre(event);
      }}
      onPointerUp={() => {
        drag.current = undefined;
      }}
    >
      <canvas ref={canvas} width={CELLS} height={HEIGHT} />
      <span
        class="window"
        style={{ left: `${(100 * range.begin) / durationNs}%`, width: `${Math.max(0.4, (100 * (range.end - range.begin)) / durationNs)}%` }}
      />
    </div>
  );
}

/** Of all CPUs, by cell. */
function busyShares({ occupancy, durationNs }: Drawing): Float64Array {
  const busy = new Float64Array(CELLS);
  const perCell = durationNs / CELLS;
  for (const { start, thread } of occupancy) {
    for (let row = 0; row < start.length; row++) {
      if ((thread[row] as number) <= 0) continue;
      const [from, to] = [start[row] as number, start[row + 1] ?? durationNs];
      for (let cell = Math.floor(from / perCell); cell < CELLS && cell * perCell < to; cell++)
        busy[cell] = (busy[cell] as number) + Math.min(to, (cell + 1) * perCell) - Math.max(from, cell * perCell);
    }
  }
  return busy.map((ns) => Math.min(1, ns / perCell / Math.max(1, occupancy.length)));
}
