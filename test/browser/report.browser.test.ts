/** Five causes, both languages: what is shown is what the result says, and one can click through to the evidence. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatMs, message, type Language } from "../../src/report/index.ts";
import { accountLines } from "../../src/report/account-lines.ts";
import { trustText } from "../../src/report/trust-text.ts";
import { subjectOf } from "../../src/report/subject.ts";
import { hopsOf } from "../../src/report/html/hops.ts";
import { nsBetween } from "../../src/result/index.ts";
import { openReport, startBrowser, whyNoBrowser } from "./chromium.ts";
import { reportCases, told, writeReport } from "./pages.ts";

const why = whyNoBrowser();
/** Numbers are grouped by spaces that do not break. */
const plain = (text: string | null): string => (text ?? "").replaceAll("\u00a0", " ").replace(/\s+/g, " ").trim();

/** Runs in the page. */
const NAMES_AND_LEVELS = `(() => {
  const nameless = [...document.querySelectorAll("button, input, canvas[tabindex]")].filter(
    (one) => (one.getAttribute("aria-label") ?? one.textContent ?? "").trim() === "",
  ).length;
  const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((heading) => Number(heading.tagName.slice(1)));
  return { nameless, jumps: levels.filter((level, index) => index > 0 && level > levels[index - 1] + 1).length, first: levels[0] };
})()`;

describe.skipIf(why !== undefined)(`the HTML report in a browser${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "stallscope-browser-"));
  const cases = why === undefined ? reportCases() : [];
  let browser: Browser;
  beforeAll(async () => {
    if (why === undefined) browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(cases)("$cause", (one) => {
    it.each(["en", "zh"] as const)("shows what the result says, in %s", async (lang: Language) => {
      const { page, problems } = await openReport(browser, writeReport(folder, one, lang));
      const result = told(one.result, lang);
      const request = result.requests.find(({ id }) => id === result.verdict.request);
      if (request === undefined) throw new Error("the verdict is about a request");
      expect(result.verdict.cause).toBe(one.cause);
      expect(await page.getAttribute("html", "lang")).toBe(lang === "zh" ? "zh-CN" : "en");
      // what is it, who did it, how sure is that
      expect(plain(await page.textContent("h1"))).toBe(plain(result.verdict.sentence));
      expect(plain(await page.textContent("[data-fact=cost]"))).toBe(plain(formatMs(result.verdict.costNs)));
      expect(await page.getAttribute("[data-fact=confidence]", "class")).toContain(result.verdict.confidence);
      const culprit = plain(await page.textContent("[data-fact=culprit]"));
      if (result.verdict.culprit?.comm !== undefined) expect(culprit).toContain(result.verdict.culprit.comm);
      // what do I do
      const finding = result.diagnoses.find(({ cause, status }) => cause === one.cause && status === "found");
      const typed = (await page.locator(".command code").allTextContents()).map(plain);
      expect(typed).toEqual((finding?.remedies ?? []).flatMap(({ commands, undo }) => [...commands, ...undo]).map(plain));
      // the account, row by row, and its sum
      const rows = accountLines(request, lang).shown;
      const shown = (await page.locator("[data-fact=account] tbody tr:not(.quiet)").allTextContents()).map(plain);
      expect(shown).toHaveLength(rows.length);
      for (const [index, row] of rows.entries()) {
        expect(shown[index]).toContain(plain(formatMs(row.ns)));
        expect(shown[index]).toContain(message(lang, `class.${row.class}`));
        expect(shown[index]).toContain(plain(row.who));
      }
      expect(plain(await page.textContent("[data-fact=sum]"))).toBe(`${request.durationNs.toLocaleString("en").replaceAll(",", " ")} ns`);
      // the path in steps
      const hops = hopsOf(request);
      expect(await page.locator(".hops > li").count()).toBe(hops.length);
      expect((await page.locator(".hops .took").allTextContents()).map(plain)).toEqual(hops.map(({ begin, end }) => plain(formatMs(end - begin))));
      // evidence
      const events = (await page.locator("[data-fact=evidence] code").allTextContents()).map(plain);
      expect(events).toEqual((finding?.evidence ?? []).map(({ event, text }) => plain(`${event}: ${text}`)));
      const trust = plain(await page.textContent("section:has(#trust)"));
      for (const line of Object.values(trustText(subjectOf(result, lang, request))).flat()) expect(trust).toContain(plain(line));
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it("leads from a step to its pieces, to the timeline, and to what is under the pointer", async () => {
      const { page, problems } = await openReport(browser, writeReport(folder, one, "en"));
      const request = one.result.requests.find(({ id }) => id === one.result.verdict.request);
      if (request === undefined) throw new Error("the verdict is about a request");
      const canvas = page.locator("canvas[role=img]");
      await canvas.waitFor();
      const hops = hopsOf(request);
      const longest = hops.reduce((best, hop, index) => (hop.end - hop.begin > (hops[best]?.end ?? 0) - (hops[best]?.begin ?? 0) ? index : best), 0);
      await page.locator(".hops > li summary").nth(longest).click();
      const pieces = page.locator(".hops > li").nth(longest).locator(".piece");
      const ofHop = request.path
        .slice(hops[longest]?.from, hops[longest]?.to)
        .map((entry) => nsBetween(entry.beginNs, entry.endNs))
        .sort((a, b) => b - a);
      await expect.poll(() => pieces.count()).toBe(Math.min(30, ofHop.length));
      expect(plain(await pieces.first().locator("b").first().textContent())).toBe(plain(formatMs(ofHop[0] ?? 0)));
      // to the timeline
      const range = async (): Promise<number[]> => ((await canvas.getAttribute("data-range")) ?? "").split(" ").map(Number);
      const home = await range();
      await pieces.first().locator("button").click();
      const marked = page.locator("[data-fact=ribbon] .marked");
      await marked.waitFor({ state: "attached" });
      const middle = (Number(await marked.getAttribute("x")) + Number(await marked.getAttribute("width")) / 2) / 1000;
      const [from = 0, to = 0] = await range();
      // the row of the path is the first below the axis; times of the range are of the request
      const box = await canvas.boundingBox();
      if (box === null) throw new Error("the timeline is visible");
      await canvas.click({ position: { x: 168 + ((middle * request.durationNs - from) / (to - from)) * (box.width - 168), y: 34 } });
      expect(plain(await page.textContent(".picked"))).toContain(plain(formatMs(ofHop[0] ?? 0)));
      // keys
      await canvas.focus();
      await page.keyboard.press("+");
      await expect.poll(range).not.toEqual(home);
      await page.keyboard.press("0");
      await expect.poll(range).toEqual(home);
      expect(problems).toEqual([]);
      await page.context().close();
    });
  });

  it("fits a phone: nothing is wider than the screen", async () => {
    const { page, problems } = await openReport(browser, writeReport(folder, cases[0] as (typeof cases)[number], "zh"), {
      viewport: { width: 390, height: 844 },
    });
    await page.locator("canvas[role=img]").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it("shows another request when it is chosen, changes language and colours, and finds a thread", async () => {
    const one = cases[0] as (typeof cases)[number];
    const { page, problems } = await openReport(browser, writeReport(folder, one, "en"), { colorScheme: "dark" });
    expect(await page.getAttribute("html", "data-theme")).toBe("dark");
    const other = one.result.requests.find(({ id }) => id !== one.result.verdict.request);
    await page.locator(`[data-request="${other?.id}"]`).click();
    expect(plain(await page.textContent("#path"))).toContain(`request ${other?.id}`);
    await page.locator("header button").first().click();
    await expect.poll(() => page.getAttribute("html", "lang")).toBe("zh-CN");
    await page.locator("header button").nth(1).click();
    await expect.poll(() => page.getAttribute("html", "data-theme")).toBe("light");
    const comm = one.result.verdict.culprit?.comm ?? "";
    await page.fill("input[type=search]", comm);
    await expect.poll(async () => plain(await page.textContent(".tools [role=status]"))).toMatch(/^[1-9]\d* 个线程$/);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it("is the plain report where no script runs", async () => {
    const one = cases[0] as (typeof cases)[number];
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`file://${writeReport(folder, one, "en")}`);
    const text = plain(await page.textContent("pre"));
    expect(text).toContain(plain(told(one.result, "en").verdict.sentence).slice(0, 60));
    await context.close();
  });

  it("can be used without eyes: every control has a name, headings go down one at a time", async () => {
    const { page } = await openReport(browser, writeReport(folder, cases[0] as (typeof cases)[number], "en"));
    await page.locator("canvas[role=img]").waitFor();
    const found = await page.evaluate(NAMES_AND_LEVELS);
    expect(found).toEqual({ nameless: 0, jumps: 0, first: 1 });
    await page.context().close();
  });
});
