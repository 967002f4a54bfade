// How did everything go, added up? Each step appends one JSON line to a file; the closing line is their sum.
import { appendFileSync, readFileSync } from "node:fs";

/** @typedef {{ passed: number, failed: number, skipped: { name: string, reason: string }[] }} Counts */

export const NOTHING = Object.freeze({ passed: 0, failed: 0, skipped: [] });

/** @param {Counts[]} parts @returns {Counts} */
export const sum = (parts) => ({
  passed: parts.reduce((total, part) => total + part.passed, 0),
  failed: parts.reduce((total, part) => total + part.failed, 0),
  skipped: parts.flatMap((part) => part.skipped),
});

/** The line that every run ends with. */
export const closingLine = (counts) => `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped.length} skipped`;

/** The skips with their reasons, equal reasons together; "" when there are none. */
export function skipsText(counts) {
  const byReason = new Map();
  for (const { name, reason } of counts.skipped) byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  return [...byReason].map(([reason, names]) => `skipped: ${reason}\n${names.map((name) => `  ${name}\n`).join("")}`).join("");
}

/** @param {string | undefined} file nothing happens without one @param {Counts} counts */
export function appendCounts(file, counts) {
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(counts)}\n`);
}

export const readCounts = (file) =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
