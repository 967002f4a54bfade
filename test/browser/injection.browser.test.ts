/** F44, F45: whatever a thread, a file, a marker or a service calls itself, it is shown as text: in the page, in Markdown, in the terminal. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { htmlReport } from "../../src/cli/html-report.ts";
import { buildDrawing, decodeDrawing, encodeDrawing, type Drawing } from "../../src/drawing/index.ts";
import { renderMarkdown, renderTerminal } from "../../src/report/index.ts";
import type { RunResult } from "../../src/result/index.ts";
import { openReport, startBrowser, whyNoBrowser } from "./chromium.ts";
import { hostileResult } from "./hostile-result.ts";
import { reportCases } from "./pages.ts";
import { PAYLOADS, RAW_CONTROL } from "./payloads.ts";

const why = whyNoBrowser();
/** Clicks and hovers everything there is, and tells what ran. Runs in the page. */
const TOUCH_ALL = `(async () => {
  for (const one of document.querySelectorAll("summary")) one.click();
  for (const one of document.querySelectorAll("main button")) { one.focus(); one.click(); }
  for (const one of document.querySelectorAll("*"))
    for (const name of ["pointerover", "mouseover", "mouseenter", "focusin", "wheel"]) one.dispatchEvent(new Event(name, { bubbles: true }));
  await new Promise((done) => setTimeout(done, 300));
  const strange = [...document.querySelectorAll("main *, title *")].filter((one) =>
    ["SCRIPT", "IFRAME", "IMG", "OBJECT", "EMBED", "FORM", "LINK", "META", "BASE", "STYLE", "VIDEO", "AUDIO", "X", "MATH", "A"].includes(one.tagName.toUpperCase()));
  const handlers = [...document.querySelectorAll("*")].flatMap((one) => [...one.attributes]).filter(({ name }) => name.startsWith("on"));
  return { pwned: window.pwned ?? 0, strange: strange.map((one) => one.outerHTML.slice(0, 80)), handlers: handlers.length, scripts: document.scripts.length };
})()`;

describe("hostile text", () => {
  const cases = reportCases();
  const rounds = Array.from({ length: 4 }, (_, round) => Math.floor((PAYLOADS.length * round) / 4));
  const hostileOf = (first: number): { results: RunResult[]; count: number } => {
    let count = 0;
    const results = cases.map(({ result }, index) => {
      const made = hostileResult(result, PAYLOADS, first + index * 17 + count);
      count += made.count;
      return made.result;
    });
    return { results, count };
  };

  it("is tried in at least 200 ways, each in every kind of text", () => {
    expect(new Set(PAYLOADS).size).toBeGreaterThanOrEqual(200);
    expect(hostileOf(0).count).toBeGreaterThan(4 * PAYLOADS.length);
  });

  it("F44: gives the terminal and Markdown no raw control byte", () => {
    for (const first of rounds) {
      for (const result of hostileOf(first).results) {
        for (const lang of ["en", "zh"] as const) {
          for (const text of [renderTerminal(result, { lang, columns: 100, color: false }), renderMarkdown(result, { lang })])
            expect(RAW_CONTROL.exec(text.replaceAll("\n", ""))?.[0]).toBeUndefined();
        }
      }
    }
  });

  describe.skipIf(why !== undefined)(`in a browser${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
    const folder = mkdtempSync(join(tmpdir(), "stallscope-injection-"));
    let browser: Browser;
    beforeAll(async () => {
      if (why === undefined) browser = await startBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it.each(rounds)("F45: runs nothing, asks for nothing, from payload %i on", async (first) => {
      const { results } = hostileOf(first);
      for (const [index, result] of results.entries()) {
        const timeline = cases[index]?.timeline;
        const file = join(folder, `${first}-${index}.html`);
        writeFileSync(
          file,
          htmlReport({
            result,
            lang: index % 2 === 0 ? "en" : "zh",
            source: PAYLOADS[(first + index) % PAYLOADS.length] ?? "",
            ...(timeline === undefined ? {} : { timeline }),
          }),
        );
        const { page, problems } = await openReport(browser, file, { permissions: [] });
        await page.locator("canvas[role=img]").waitFor();
        const scripts = 4;
        expect(await page.evaluate(TOUCH_ALL)).toEqual({ pwned: 0, strange: [], handlers: 0, scripts });
        expect(problems).toEqual([]);
        await page.context().close();
      }
    });
  });

  it("comes through a drawing as it is, to be shown as text", () => {
    const drawing = buildDrawing((cases[0] as (typeof cases)[number]).timeline);
    const hostile: Drawing = { ...drawing, threads: drawing.threads.map((thread, index) => ({ ...thread, comm: PAYLOADS[index % PAYLOADS.length] ?? "" })) };
    const back = decodeDrawing(encodeDrawing(hostile));
    // a lone half of a character cannot be encoded
    expect(back.threads.map(({ comm }) => comm)).toEqual(hostile.threads.map(({ comm }) => comm.toWellFormed()));
  });
});
