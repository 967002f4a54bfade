/** A browser for tests, and pages that are watched. */
import { existsSync } from "node:fs";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

const PROGRAM = "/usr/bin/chromium";
/** It needs no sandbox of its own for pages of ours, and must not ask the network for anything. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Runs in the page. */
const POLICY_WATCH = "addEventListener('securitypolicyviolation', (e) => console.error('policy: ' + e.violatedDirective + ' ' + e.blockedURI));";

export const whyNoBrowser = (): string | undefined => (existsSync(PROGRAM) ? undefined : `there is no ${PROGRAM}`);

export const startBrowser = (): Promise<Browser> => chromium.launch({ executablePath: PROGRAM, args: ARGUMENTS });

export interface WatchedPage {
  readonly page: Page;
  /** what a good page never does */
  readonly problems: string[];
}

/** Opens the file and waits until the verdict is shown. */
export async function openReport(browser: Browser, file: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (said) => {
    if (said.type() === "error" || said.type() === "warning") problems.push(`console: ${said.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url() !== `file://${file}`) problems.push(`request: ${request.url()}`);
  });
  await page.addInitScript({ content: POLICY_WATCH });
  await page.goto(`file://${file}`);
  await page.waitForSelector("#verdict");
  return { page, problems };
}
