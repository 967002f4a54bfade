/** How long does the user wait? From the last byte of the last request to the verdict, after a capture of 10 s and 500 000 events. */
import { spawn } from "node:child_process";
import { Worker } from "node:worker_threads";
import { startDemoService } from "../src/demo/index.ts";
import { nsBetween, parseResult } from "../src/result/index.ts";
import { whyNotLive } from "../test/support/live.ts";
import type { Row } from "./figures.ts";
import { STALLSCOPE } from "./stallscope.ts";

const CAPTURE_S = 10;
const EVENTS = 500_000;
const BUDGET_MS = 1000;
/** Threads that sleep so long over and over, which makes the half million of events here: a busy machine, most of whose events have nothing to do with the request. */
const TICKERS = 2;
const TICK_MS = 0.28;

/** undefined, with a note, where nothing can be traced. */
export async function verdictLatency(count: number, notes: string[]): Promise<Row[]> {
  const why = whyNotLive();
  if (why !== undefined) {
    notes.push(`end of request to verdict: not measured, ${why}`);
    return [];
  }
  const service = await startDemoService();
  const tickers = Array.from({ length: TICKERS }, () => new Worker(TICKER, { eval: true, workerData: TICK_MS }));
  const [waited, events, seconds]: [number[], number[], number[]] = [[], [], []];
  try {
    for (let run = 0; run < count; run++) {
      const { ms, eventCount, captureNs } = await oneCapture(service.url);
      waited.push(ms);
      events.push(eventCount);
      seconds.push(captureNs / 1e9);
    }
  } finally {
    await Promise.all(tickers.map((ticker) => ticker.terminate()));
    await service.stop();
  }
  const least = Math.min(...events);
  const remark = `captures of ${Math.min(...seconds).toFixed(1)} s and ${(least / 1000).toFixed(0)} k events or more; ${BUDGET_MS} ms wanted at ${EVENTS / 1000} k`;
  return [{ what: "end of request to verdict, live", runs: waited, remark }];
}

async function oneCapture(url: string): Promise<{ ms: number; eventCount: number; captureNs: number }> {
  // one second from request to request
  const requests = String(CAPTURE_S);
  const argv = [...STALLSCOPE, "diagnose", "--trigger", "openai-speech", "--url", url, "--text", "Good day.", "-n", requests, "--interval", "1000", "--json"];
  const child = spawn(argv[0] as string, argv.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr, shown] = ["", "", 0n];
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    shown = process.hrtime.bigint();
  });
  await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (stdout === "") throw new Error(`stallscope diagnose said nothing: ${stderr.trim()}`);
  const { requests: answered, capture } = parseResult(stdout);
  // the clock of the capture is the one that hrtime reads
  const ended = answered.at(-1)?.endNs ?? 0;
  return { ms: nsBetween(ended, shown.toString()) / 1e6, eventCount: capture.eventCount, captureNs: capture.durationNs };
}

const TICKER = `
const { workerData } = require("node:worker_threads");
const word = new Int32Array(new SharedArrayBuffer(4));
for (;;) Atomics.wait(word, 0, 0, workerData);
`;
