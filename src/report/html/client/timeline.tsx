/** The timeline with its hands: drag, wheel, keys, search, a cursor, a map of the whole, and what is under the pointer. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Drawing } from "../../../drawing/index.ts";
import { NS_PER_S } from "../../../base/index.ts";
import { formatMs, formatOffset } from "../../format-value.ts";
import { CLASS_COLORS } from "./colors.ts";
import { Minimap } from "./minimap.tsx";
import { AXIS_HEIGHT, CPU_COLORS, LABEL_WIDTH, paint, rowsHeight, timeAt, type Palette, type Scene } from "./timeline-canvas.ts";
import { modelOf, type Row, type TimelineModel } from "./timeline-model.ts";
import { pickAt, type Picked } from "./timeline-pick.ts";
import { ON_CPU } from "../lanes.ts";
import { useView, type Focus } from "./view.ts";

const MAX_HEIGHT = 560;
/** before and behind the request, of its length */
const MARGIN = 0.05;
/** nothing shorter is shown across the screen */
const SHORTEST_NS = 1000;
const ZOOM = 1.6;
const STEP = 0.2;

export function Timeline({ drawing, focus }: { readonly drawing: Drawing | "loading" | undefined; readonly focus: Focus | undefined }) {
  const { text } = useView();
  return (
    <section aria-labelledby="timeline" class="timeline">
      <h2 id="timeline">{text("timeline.title")}</h2>
      {drawing === undefined ? (
        <p class="quiet">{text("timeline.none")}</p>
      ) : drawing === "loading" ? (
        <p class="quiet">…</p>
      ) : (
        <Picture drawing={drawing} focus={focus} />
      )}
    </section>
  );
}

interface Range {
  readonly begin: number;
  readonly end: number;
}

function Picture({ drawing, focus }: { readonly drawing: Drawing; readonly focus: Focus | undefined }) {
  const view = useView();
  const { result, request, text, theme } = view;
  const canvas = useRef<HTMLCanvasElement>(null);
  const model = useMemo(() => (request === undefined ? undefined : modelOf(drawing, result, request)), [drawing, result, request]);
  const home = useMemo(() => homeOf(model), [model]);
  const [range, setRange] = useState<Range>(home);
  const [scrolled, setScrolled] = useState(0);
  const [width, setWidth] = useState(800);
  const [cursor, setCursor] = useState<number>();
  const [under, setUnder] = useState<{ readonly picked: Picked; readonly x: number; readonly y: number }>();
  const [chosen, setChosen] = useState<Picked>();
  const [search, setSearch] = useState("");
  const drag = useRef<{ x: number; y: number; range: Range; scrolled: number; moved: boolean }>(undefined);
  const focused = focus === undefined || model === undefined ? undefined : { begin: model.begin + focus.begin, end: model.begin + focus.end };

  useEffect(() => {
    setRange(home);
    setChosen(undefined);
  }, [home]);
  useEffect(() => {
    if (focused === undefined) return;
    setRange(clamped(around(focused), drawing.durationNs));
    canvas.current?.scrollIntoView({ block: "nearest" });
  }, [focus]);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const resized = new ResizeObserver(() => setWidth(element.clientWidth));
    resized.observe(element);
    return () => resized.disconnect();
  }, []);

  const found = search.trim() === "" ? undefined : (model?.find(search) ?? []);
  const rows = useMemo(() => (model === undefined ? [] : rowsOf(model, found)), [model, search]);
  const height = Math.min(MAX_HEIGHT, AXIS_HEIGHT + rowsHeight(rows) + 2);
  const lowest = Math.max(0, AXIS_HEIGHT + rowsHeight(rows) - height);
  const palette = useMemo(paletteOf, [theme]);
  const scene: Scene | undefined =
    model === undefined
      ? undefined
      : {
          model,
          rows,
          labels: { path: text("timeline.path"), cpu: (cpu) => text("timeline.cpu", { cpu }) },
          ...range,
          scrolled: Math.min(scrolled, lowest),
          width,
          height,
          cursor,
          chosen: chosen ?? focused,
          palette,
        };

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (element === null || context === null || context === undefined || scene === undefined) return undefined;
    const frame = requestAnimationFrame(() => {
      const began = performance.now();
      const scale = devicePixelRatio;
      if (element.width !== Math.round(width * scale) || element.height !== Math.round(height * scale)) {
        element.width = Math.round(width * scale);
        element.height = Math.round(height * scale);
      }
      context.setTransform(scale, 0, 0, scale, 0, 0);
      paint(context, scene);
      performance.measure("stallscope-frame", { start: began, end: performance.now() });
    });
    return () => cancelAnimationFrame(frame);
  }, [scene]);

  if (scene === undefined || request === undefined) return null;
  const go = (next: Range): void => setRange(clamped(next, drawing.durationNs));
  const zoom = (factor: number, at = (range.begin + range.end) / 2): void =>
    go({ begin: at - (at - range.begin) * factor, end: at + (range.end - at) * factor });
  const move = (share: number): void => go({ begin: range.begin + share * (range.end - range.begin), end: range.end + share * (range.end - range.begin) });

  const keys: Readonly<Record<string, () => void>> = {
    "+": () => zoom(1 / ZOOM, cursor),
    "=": () => zoom(1 / ZOOM, cursor),
    w: () => zoom(1 / ZOOM, cursor),
    "-": () => zoom(ZOOM, cursor),
    s: () => zoom(ZOOM, cursor),
    ArrowLeft: () => move(-STEP),
    a: () => move(-STEP),
    ArrowRight: () => move(STEP),
    d: () => move(STEP),
    ArrowUp: () => setScrolled(Math.max(0, scene.scrolled - 44)),
    ArrowDown: () => setScrolled(Math.min(lowest, scene.scrolled + 44)),
    "0": () => go(home),
    f: () => {
      const wanted = chosen ?? focused;
      if (wanted !== undefined) go(around(wanted));
    },
  };

  return (
    <>
      <div class="tools">
        <input
          type="search"
          value={search}
          placeholder={text("timeline.search")}
          aria-label={text("timeline.search")}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        <span class="quiet" role="status">
          {found === undefined ? "" : found.length === 0 ? text("timeline.not-found") : text("timeline.found", { count: found.length })}
        </span>
        <span class="grow" />
        <button type="button" onClick={() => zoom(1 / ZOOM)} aria-label={text("timeline.in")}>
          +
        </button>
        <button type="button" onClick={() => zoom(ZOOM)} aria-label={text("timeline.out")}>
          −
        </button>
        <button type="button" onClick={() => go(home)}>
          {text("timeline.request")}
        </button>
        <button type="button" onClick={() => go({ begin: 0, end: drawing.durationNs })}>
          {text("timeline.whole")}
        </button>
      </div>
      <Minimap drawing={drawing} range={range} onRange={go} />
      <div class="canvas-frame">
        <canvas
          ref={canvas}
          tabIndex={0}
          role="img"
          data-range={`${range.begin - scene.model.begin} ${range.end - scene.model.begin}`}
          style={{ height: `${height}px` }}
          aria-label={text("timeline.label", {
            cpus: drawing.occupancy.length,
            threads: rows.filter(({ kind }) => kind === "thread").length,
            from: formatOffset(range.begin - scene.model.begin),
            to: formatOffset(range.end - scene.model.begin),
          })}
          onKeyDown={(event) => {
            const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
            if (act === undefined) return;
            event.preventDefault();
            act();
          }}
          onWheel={(event) => {
            const scroll = Math.max(0, Math.min(lowest, scene.scrolled + event.deltaY));
            if (event.ctrlKey || event.metaKey) zoom(1.003 ** event.deltaY, timeAt(scene, event.offsetX));
            else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) move((event.deltaX || event.deltaY) / 1000);
            else if (scroll !== scene.scrolled) setScrolled(scroll);
            // at the last row the page scrolls on
            else return;
            event.preventDefault();
          }}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            drag.current = { x: event.offsetX, y: event.offsetY, range, scrolled: scene.scrolled, moved: false };
          }}
          onPointerMove={(event) => {
            const { offsetX: x, offsetY: y } = event;
            setCursor(x >= LABEL_WIDTH ? timeAt(scene, x) : undefined);
            const from = drag.current;
            if (from === undefined) {
              const picked = pickAt(scene, x, y, view);
              setUnder(picked === undefined ? undefined : { picked, x, y });
              return;
            }
            if (Math.abs(x - from.x) + Math.abs(y - from.y) > 3) from.moved = true;
            if (!from.moved) return;
            const perPixel = (from.range.end - from.range.begin) / (width - LABEL_WIDTH);
            go({ begin: from.range.begin - (x - from.x) * perPixel, end: from.range.end - (x - from.x) * perPixel });
            setScrolled(Math.max(0, Math.min(lowest, from.scrolled - (y - from.y))));
          }}
          onPointerUp={(event) => {
            const wasDragged = drag.current?.moved === true;
            drag.current = undefined;
            if (!wasDragged) setChosen(pickAt(scene, event.offsetX, event.offsetY, view));
          }}
          onPointerLeave={() => {
            setCursor(undefined);
            setUnder(undefined);
          }}
          onDblClick={() => keys["f"]?.()}
        />
        {under === undefined ? null : (
          <span class="tip" style={{ left: `${Math.min(under.x + 14, Math.max(0, width - 320))}px`, top: `${under.y + 16}px` }}>
            {under.picked.text}
          </span>
        )}
      </div>
      <p class="picked" role="status">
        {chosen === undefined ? text("timeline.nothing") : chosen.text}
      </p>
      <p class="legend">
        {(
          [
            ["lane.service", CPU_COLORS[ON_CPU.service]],
            ["lane.client", CPU_COLORS[ON_CPU.client]],
            ["lane.kernel", CPU_COLORS[ON_CPU.kernel]],
            ["lane.other", CPU_COLORS[ON_CPU.other]],
            ["doing.waits", "#f4b13d"],
            ["doing.blocked", CLASS_COLORS["blocked-io"]],
            ["doing.sleeping", palette.sleeping],
            ["timeline.path", palette.accent],
          ] as const
        ).map(([key, color]) => (
          <span key={key}>
            <i style={{ background: color ?? "" }} /> {text(key)}
          </span>
        ))}
        {drawing.lost.length === 0 && !isPartial(drawing) ? null : (
          <span>
            <i class="hatched" /> {text("lane.gap")}
          </span>
        )}
      </p>
      <p class="quiet">{text("timeline.keys")}</p>
      {drawing.unitNs > 1 ? <p class="quiet">{text("timeline.unit", { unit: formatMs(drawing.unitNs) })}</p> : null}
      {isPartial(drawing) ? <p class="quiet">{text("timeline.spans")}</p> : null}
      {found === undefined && scene.model.first.length < drawing.threads.length - 1 ? (
        <p class="quiet">{text("timeline.more", { count: drawing.threads.length - 1 - scene.model.first.length })}</p>
      ) : null}
    </>
  );
}

const isPartial = ({ spans, durationNs }: Drawing): boolean => spans.reduce((sum, { begin, end }) => sum + end - begin, 0) < durationNs;

function homeOf(model: TimelineModel | undefined): Range {
  if (model === undefined) return { begin: 0, end: NS_PER_S };
  const margin = (model.end - model.begin) * MARGIN;
  return clamped({ begin: model.begin - margin, end: model.end + margin }, model.drawing.durationNs);
}

/** Three times as long, so that it is seen among its neighbours. */
function around({ begin, end }: Range): Range {
  const length = Math.max(SHORTEST_NS, end - begin);
  return { begin: begin - length, end: end + length };
}

function clamped({ begin, end }: Range, durationNs: number): Range {
  const length = Math.min(durationNs, Math.max(SHORTEST_NS, end - begin));
  const middle = (begin + end) / 2;
  const from = Math.min(Math.max(0, middle - length / 2), durationNs - length);
  return { begin: from, end: from + length };
}

function rowsOf(model: TimelineModel, found: readonly number[] | undefined): Row[] {
  const threads = found ?? model.first;
  return [
    { kind: "path" },
    ...model.drawing.occupancy.map((_, cpu): Row => ({ kind: "cpu", cpu })),
    ...threads.map((thread): Row => ({ kind: "thread", thread })),
  ];
}

function paletteOf(): Palette {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: color("ink"),
    quiet: color("quiet"),
    line: color("line"),
    ground: color("ground"),
    chosen: color("chosen"),
    band: color("band"),
    accent: color("accent"),
    sleeping: color("sleeping"),
  };
}
