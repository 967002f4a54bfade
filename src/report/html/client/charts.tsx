/** Counters of the kernel over the run: a second look at what the trace says. Each stretch between two samples is a step. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Drawing, DrawnSeries } from "../../../drawing/index.ts";
import { NS_PER_S } from "../../../base/index.ts";
import { formatShare } from "../../format-value.ts";
import type { RequestResult } from "../../../result/index.ts";
import { pageEn } from "../page-messages.ts";
import type { PageKey } from "../page-text.ts";
import { useView, type View } from "./view.ts";
import { windowIn } from "./window.ts";

const COLORS = ["#e4572e", "#7d5bd0", "#3b8ed0", "#b7791f", "#b5179e", "#3aa6a0", "#5a6472", "#2a9d78"];
const HEIGHT = 180;

export function Charts({ drawing }: { readonly drawing: Drawing | undefined }) {
  const view = useView();
  const place = useRef<HTMLDivElement>(null);
  const { result, request, theme, text } = view;
  const series = drawing?.series ?? [];
  useEffect(() => {
    const element = place.current;
    if (element === null || drawing === undefined || series.length === 0) return undefined;
    const chart = new uPlot(optionsFor(element, drawing, view), dataOf(series), element);
    const resized = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      chart.destroy();
    };
  }, [drawing, theme, view.lang, request, result]);
  if (drawing === undefined) return null;
  return (
    <section aria-labelledby="charts">
      <h2 id="charts">{text("charts.title")}</h2>
      {series.length === 0 ? (
        <p class="quiet">{text("charts.none")}</p>
      ) : (
        <>
          <p class="quiet">{text("charts.hint")}</p>
          <div ref={place} class="chart" />
        </>
      )}
    </section>
  );
}

/** All series on the samples' times, in seconds. */
function dataOf(series: readonly DrawnSeries[]): uPlot.AlignedData {
  const times = [...new Set(series.flatMap(({ time }) => time))].sort((a, b) => a - b);
  return [
    times.map((time) => time / NS_PER_S),
    ...series.map(({ time, share }) => {
      const at = new Map(time.map((end, index) => [end, share[index] as number]));
      return times.map((end) => at.get(end) ?? null);
    }),
  ];
}

function optionsFor(element: HTMLElement, drawing: Drawing, { text, result, request, lang }: View): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const [ink, line] = [style.getPropertyValue("--quiet"), style.getPropertyValue("--line")];
  const steps = uPlot.paths.stepped?.({ align: -1 });
  const axis: uPlot.Axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { live: true },
    scales: { x: { time: false } },
    axes: [
      { ...axis, values: (_, values) => values.map((value) => `${value} s`) },
      { ...axis, size: 56, values: (_, values) => values.map((value) => formatShare(value)) },
    ],
    series: [
      { label: lang === "zh" ? "时间" : "time", value: (_, value) => (value === null ? "" : `${value.toFixed(2)} s`) },
      ...drawing.series.map(({ id, of }, index): uPlot.Series => ({
        label: nameOf(id, of, text),
        stroke: COLORS[index % COLORS.length] as string,
        width: 2,
        ...(steps === undefined ? {} : { paths: steps }),
        value: (_, value) => (value === null ? "" : formatShare(value)),
      })),
    ],
    hooks: { drawClear: [(chart) => drawRequests(chart, drawing, result.requests, request, style)] },
  };
}

function nameOf(id: string, of: string | undefined, text: View["text"]): string {
  const key = `series.${id}`;
  return Object.hasOwn(pageEn, key) ? text(key as PageKey, { of }) : id;
}

function drawRequests(chart: uPlot, drawing: Drawing, requests: readonly RequestResult[], chosen: RequestResult | undefined, style: CSSStyleDeclaration): void {
  const { ctx, bbox } = chart;
  for (const request of requests) {
    const { begin, end } = windowIn(drawing, request);
    const left = chart.valToPos(begin / NS_PER_S, "x", true);
    const right = chart.valToPos(end / NS_PER_S, "x", true);
    ctx.fillStyle = style.getPropertyValue(request.id === chosen?.id ? "--chosen" : "--band");
    ctx.fillRect(left, bbox.top, Math.max(1, right - left), bbox.height);
  }
}
