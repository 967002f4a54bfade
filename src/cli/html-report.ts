/** One HTML file of an explanation: its data packed, its picture made to fit. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { NS_PER_MS, UserError, EXIT } from "../base/index.ts";
import { buildDrawing, encodeDrawing, type DrawSpan } from "../drawing/index.ts";
import { renderPage, renderSummary, renderTerminal, requestOfVerdict, withSentences, type Language } from "../report/index.ts";
import { nsBetween, type RunResult } from "../result/index.ts";
import type { Timeline } from "../timeline/index.ts";
import { packageRoot } from "./package-root.ts";
import type { Explanation } from "./pipeline.ts";

export interface HtmlReportInput extends Partial<Pick<Explanation, "timeline" | "samples">> {
  readonly result: RunResult;
  readonly lang: Language;
  /** name of what is explained */
  readonly source: string;
}

/** of the plain text in the page */
const TEXT_COLUMNS = 100;
/** of the whole file; what script and result leave of it is the picture's */
const MOST_BYTES = 3_000_000;
/** Coarser and coarser, until it fits. A pixel of a request of 1 s is 1 ms. */
const UNITS_NS = [1, 100, 1000];
/** kept before and behind a request when all of the recording is too much */
const AROUND_NS = 20 * NS_PER_MS;

export function htmlReport({ result, lang, source, timeline, samples }: HtmlReportInput): string {
  const { script, style } = assets();
  const told = withSentences(result, lang);
  const page = {
    facts: { lang, source },
    title: renderSummary(told, { lang }).trim(),
    text: renderTerminal(told, { lang, columns: TEXT_COLUMNS, color: false }),
    script,
    style,
    scriptHash: hashOf(script),
    styleHash: hashOf(style),
    result: packed(Buffer.from(JSON.stringify(told))),
  };
  if (timeline === undefined) return renderPage(page);
  return renderPage({ ...page, drawing: fittedDrawing(told, timeline, samples, MOST_BYTES - Buffer.byteLength(renderPage(page))) });
}

const hashOf = (text: string): string => createHash("sha256").update(text).digest("base64");
const packed = (bytes: Uint8Array): string => gzipSync(bytes).toString("base64");

function assets(): { readonly script: string; readonly style: string } {
  const root = packageRoot();
  try {
    const read = (name: string): string => readFileSync(join(root ?? "", "dist", name), "utf8").trim();
    return { script: read("report-page.js"), style: read("report-page.css") };
  } catch (cause) {
    throw new UserError("not-built", "the page's script is not there: it is part of dist/", { exitCode: EXIT.environment, hint: "npm run build", cause });
  }
}

/** All of it to the ns where that fits, else coarser, else only what is around the requests, else only around the verdict's, however large. */
function fittedDrawing(result: RunResult, timeline: Timeline, samples: HtmlReportInput["samples"], mostBytes: number): string {
  const whole = buildDrawing(timeline, samples);
  const subject = requestOfVerdict(result);
  const windows = (requests: RunResult["requests"]): DrawSpan[] =>
    merged(
      requests.map(({ beginNs, durationNs }) => {
        const begin = nsBetween(whole.beginNs, beginNs);
        return { begin: Math.max(0, begin - AROUND_NS), end: Math.min(whole.durationNs, begin + durationNs + AROUND_NS) };
      }),
    );
  const tries = [
    () => whole,
    () => buildDrawing(timeline, samples, windows(result.requests)),
    () => buildDrawing(timeline, samples, windows(subject === undefined ? [] : [subject])),
  ];
  let smallest = "";
  for (const draw of tries) {
    const drawing = draw();
    for (const unitNs of UNITS_NS) {
      smallest = packed(encodeDrawing(drawing, unitNs));
      if (smallest.length <= mostBytes) return smallest;
    }
  }
  return smallest;
}

function merged(spans: readonly DrawSpan[]): DrawSpan[] {
  const out: DrawSpan[] = [];
  for (const span of [...spans].sort((a, b) => a.begin - b.begin)) {
    const last = out.at(-1);
    if (last === undefined || span.begin > last.end) out.push(span);
    else out[out.length - 1] = { begin: last.begin, end: Math.max(last.end, span.end) };
  }
  return out;
}
