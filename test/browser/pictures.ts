/**
 * Pictures of reports for docs/: usage node scripts/run-ts.js test/browser/pictures.ts RECORDING...
 * Each becomes docs/report-CAUSE.jpg: the upper part of its HTML report. The five in docs/ are of recordings/demo-rival and of `stallscope demo --scenario NAME --output DIR`.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { createCliContext } from "../../src/cli/context.ts";
import { htmlReport } from "../../src/cli/html-report.ts";
import { examineBundle } from "../../src/cli/pipeline.ts";
import { openReport, startBrowser } from "./chromium.ts";

const VIEWPORT = { width: 1180, height: 1180 };
const QUALITY = 60;

const context = createCliContext({ quiet: true }, { stdout: process.stdout, stderr: process.stderr, env: {} }, "pictures");
const folder = mkdtempSync(join(tmpdir(), "stallscope-pictures-"));
const browser = await startBrowser();
try {
  for (const path of process.argv.slice(2)) {
    const explained = examineBundle(path, context);
    const { cause } = explained.result.verdict;
    const file = join(folder, `${cause}.html`);
    writeFileSync(file, htmlReport({ ...explained, lang: "en", source: basename(resolve(path)) }));
    const { page, problems } = await openReport(browser, file, { viewport: VIEWPORT });
    if (problems.length > 0) throw new Error(problems.join("; "));
    await page.locator("canvas[role=img]").waitFor();
    await page.waitForTimeout(500);
    await page.screenshot({ path: `docs/report-${cause}.jpg`, type: "jpeg", quality: QUALITY });
    process.stdout.write(`docs/report-${cause}.jpg\n`);
    await page.context().close();
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
