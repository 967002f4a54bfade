/** The reports of trace-cmd that are kept beside a recording, so that they are compared where there is no trace-cmd. */
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { ReportMode, ReportSource } from "./report-text.ts";

const ENDINGS: Readonly<Record<ReportMode, string>> = { raw: "report-raw.txt.gz", plain: "report.txt.gz", latency: "report-latency.txt.gz" };

const beside = (recording: string, mode: ReportMode): string => recording.replace(/\.dat(\.gz)?$/, `.${ENDINGS[mode]}`);

export const hasKeptReport = (recording: string): boolean => /\.dat(\.gz)?$/.test(recording) && existsSync(beside(recording, "raw"));

export const keptReport = (recording: string): ReportSource =>
  async function* (mode) {
    yield gunzipSync(readFileSync(beside(recording, mode)));
  };
