/** The same recording in another version of the format, by trace-cmd. */
import { execFileSync } from "node:child_process";
import { TRACE_CMD } from "./report-text.ts";

/** Gives back `to`. */
export function convert(from: string, to: string, version: 6 | 7, compression: "none" | "zstd"): string {
  if (TRACE_CMD === undefined) throw new Error("trace-cmd is not installed");
  execFileSync(TRACE_CMD, ["convert", "-i", from, "-o", to, "--file-version", String(version), "--compression", compression], { env: {}, stdio: "ignore" });
  return to;
}
