import { mkdtempSync, openSync, readFileSync, closeSync, rmSync, writeFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decodeDrawing } from "../drawing/index.ts";
import { parseResult } from "../result/index.ts";
import { explainedBundle } from "../../test/support/export-scenes.ts";
import { createCliContext } from "./context.ts";
import type { ReportRequest } from "./handlers.ts";
import { runReport } from "./run-report.ts";

const BUNDLE = "recordings/demo-rival";
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stallscope-report-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const silent = { write: () => true };
const context = createCliContext({ lang: "en" }, { stdout: silent, stderr: silent, env: {} }, "test");
const report = async (request: Omit<ReportRequest, "path"> & { path?: string }): Promise<string> => {
  const output = join(folder, `out-${readdirSync(folder).length}`);
  expect(await runReport({ path: BUNDLE, output, ...request }, context)).toBe(0);
  return readFileSync(output, "utf8");
};
const dataOf = (html: string, id: string): Buffer => gunzipSync(Buffer.from(new RegExp(`id="${id}">([^<]*)<`).exec(html)?.[1] ?? "", "base64"));

describe("stallscope report", () => {
  it("puts the result and the picture of a recording into one file", async () => {
    const html = await report({ format: "html" });
    const { result, timeline } = explainedBundle();
    const inside = parseResult(dataOf(html, "stallscope-result").toString("utf8"));
    expect(inside.requests.map(({ path }) => path)).toEqual(result.requests.map(({ path }) => path));
    expect(inside.verdict.sentence).not.toBe("");
    const drawing = decodeDrawing(dataOf(html, "stallscope-drawing"));
    expect([drawing.unitNs, drawing.occupancy.length, drawing.wakes.time.length]).toEqual([1, timeline.trace.machine.cpus, timeline.wakes.length]);
    expect(html).toContain("<title>Request ");
  });

  it("is the same file each time", async () => {
    expect(await report({ format: "html" })).toBe(await report({ format: "html" }));
  });

  it("makes a page of a result too, without a picture, in Chinese when asked", async () => {
    const json = join(folder, "result.json");
    writeFileSync(json, await report({ format: "json" }));
    const output = join(folder, "zh.html");
    await runReport({ path: json, format: "html", output }, { ...context, lang: "zh" });
    const html = readFileSync(output, "utf8");
    expect(html).toContain('<html lang="zh-CN">');
    expect(html).not.toContain('id="stallscope-drawing"');
    expect(parseResult(dataOf(html, "stallscope-result").toString("utf8")).verdict.cause).toBe("cpu-rival");
  });

  it("writes Markdown and text, and to a descriptor where no file is named", async () => {
    expect(await report({ format: "md" })).toMatch(/^#/);
    expect(await report({ format: "text" })).not.toContain("\u001b");
    const file = join(folder, "stdout");
    const fd = openSync(file, "w");
    expect(await runReport({ path: BUNDLE, format: "md" }, context, fd)).toBe(0);
    closeSync(fd);
    expect(readFileSync(file, "utf8")).toMatch(/^#/);
  });

  it.each([
    ["there is no such file", { path: "nowhere.dat" }, "no-such-file"],
    ["no request in it", { path: "test/traces/text/misc-events.txt", query: { kind: "markers", begin: "zzz", end: "zzz" } }, "no-requests"],
    ["a folder that is no recording", { path: "docs" }, "not-a-bundle"],
  ] as const)("refuses in one sentence: %s", async (_, request, code) => {
    const output = join(folder, "out.html");
    await expect(runReport({ format: "html", output, ...request }, context)).rejects.toMatchObject({ code });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("refuses a result that is broken, and a name that is taken, before it reads", async () => {
    const broken = join(folder, "broken.json");
    writeFileSync(broken, '{"schemaVersion":1');
    await expect(runReport({ path: broken, format: "html", output: join(folder, "x.html") }, context)).rejects.toMatchObject({ exitCode: 4 });
    writeFileSync(join(folder, "taken.html"), "mine");
    await expect(runReport({ path: "nowhere.dat", format: "html", output: join(folder, "taken.html") }, context)).rejects.toMatchObject({
      code: "output-exists",
    });
    expect(readFileSync(join(folder, "taken.html"), "utf8")).toBe("mine");
  });
});
