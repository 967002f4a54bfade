/** What does a report of a million events weigh, how soon is it read, and does it move with the hand? */
import { statSync } from "node:fs";
import { join } from "node:path";
import { openReport, startBrowser, whyNoBrowser } from "../test/browser/chromium.ts";
import { timedProgram, type Row } from "./figures.ts";
import { STALLSCOPE } from "./stallscope.ts";

const MEGABYTE = 1_000_000;
const STEPS = 60;
const VIEWPORT = { width: 1600, height: 1000 };

/** Runs in the page: when the verdict was there, ms since the file was asked for. */
const SHOWN = `performance.getEntriesByName("stallscope-shown")[0].startTime`;
/** Runs in the page: when the picture was first painted. */
const PAINTED = `(async () => {
  while (performance.getEntriesByName("stallscope-frame").length === 0) await new Promise(requestAnimationFrame);
  const [first] = performance.getEntriesByName("stallscope-frame");
  return first.startTime + first.duration;
})()`;
/** Runs in the page: how long painting takes while the whole recording, then a part, goes by; ms of each frame. */
const PAN = `(async () => {
  const canvas = document.querySelector("canvas[role=img]");
  const press = (key) => canvas.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const frame = () => new Promise(requestAnimationFrame);
  [...document.querySelectorAll(".tools button")].at(-1).click();
  for (let wait = 0; wait < 5; wait++) await frame();
  performance.clearMeasures("stallscope-frame");
  for (let step = 0; step < ${STEPS}; step++) {
    press(step % 3 === 0 ? "+" : step % 3 === 1 ? "d" : "a");
    await frame();
    await frame();
  }
  return performance.getEntriesByName("stallscope-frame").map(({ duration }) => duration);
})()`;

/** Of the file, which has requests. */
export async function reportRows(folder: string, trace: string, events: number, count: number, notes: string[]): Promise<Row[]> {
  const file = join(folder, "report.html");
  const written: number[] = [];
  for (let run = 0; run < count; run++)
    written.push(timedProgram([...STALLSCOPE, "report", trace, "-o", run === 0 ? file : join(folder, `report-${run}.html`)]));
  const size = `${(statSync(file).size / MEGABYTE).toFixed(2)} MB of ${(events / 1e6).toFixed(1)} M events; 3 MB wanted at 1 M`;
  const rows: Row[] = [{ what: "stallscope report to HTML", runs: written, remark: size }];
  const why = whyNoBrowser();
  if (why !== undefined) {
    notes.push(`the report in a browser: not measured, ${why}`);
    return rows;
  }
  const [shown, painted, frames]: [number[], number[], number[]] = [[], [], []];
  const browser = await startBrowser();
  try {
    for (let run = 0; run < count; run++) {
      const { page, problems } = await openReport(browser, file, { viewport: VIEWPORT });
      painted.push(await page.evaluate(PAINTED));
      shown.push(await page.evaluate(SHOWN));
      frames.push(...(await page.evaluate<number[]>(PAN)));
      if (problems.length > 0) throw new Error(`the report is broken: ${problems.join("; ")}`);
      await page.context().close();
    }
  } finally {
    await browser.close();
  }
  const slow = frames.filter((ms) => ms > 1000 / 60).length;
  return [
    ...rows,
    { what: "report: verdict on the screen", runs: shown, remark: "from the opening of the file; 1000 ms wanted" },
    { what: "report: first picture", runs: painted, remark: "unpacked, lanes made, painted, without a GPU" },
    { what: "report: one frame while panning and zooming", runs: frames, remark: `${frames.length} frames, ${slow} above 16.7 ms (60 a second)` },
  ];
}
