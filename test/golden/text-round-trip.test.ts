import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { explain, findRequests } from "../../src/diagnosis/index.ts";
import { traceTextLines } from "../../src/export/index.ts";
import { importTrace, openRecording } from "../../src/import/index.ts";
import { renderTerminal } from "../../src/report/index.ts";
import type { Trace } from "../../src/trace/index.ts";

const FOLDER = "recordings/demo-rival";
const file = join(FOLDER, readdirSync(FOLDER).find((name) => name.startsWith("trace.dat")) ?? "trace.dat");

/** What text does not hold: which clock and machine it was. And an event that two buffers have is one line of text. */
const OF_THE_FILE = /^ {2}(The clock |The recording does not say which clock|The machine: |Made by )/;

function reportOf(trace: Trace): string {
  const requests = findRequests(trace, { kind: "markers" });
  const report = renderTerminal(explain({ trace, requests, toolVersion: "test" }), { lang: "en", columns: 100, color: false });
  return report
    .split("\n")
    .filter((line) => !OF_THE_FILE.test(line))
    .join("\n");
}

describe("a real recording, written as the kernel's text and read back", () => {
  it("gives the same report to the last digit", () => {
    const { recording, close } = openRecording(file);
    const text = new TextEncoder().encode([...traceTextLines(recording)].join(""));
    const wanted = reportOf(recording.trace());
    close();
    expect(wanted).toContain("cpu-rival");
    expect(reportOf(importTrace(text))).toBe(wanted);
  }, 60_000);
});
