/**
 * What must hold for every recording, whatever it shows? `checkTrace` returns its readable dump, once these agree:
 *
 * - the same bytes under another name, and read in tiny pieces;
 * - as trace text and read back: what portable-trace.ts says; and the text of that again is the same text;
 * - as trace.dat and read back: the same dump; and the trace.dat of that again is the same file;
 * - the reports of trace-cmd that are kept beside it, when there are some.
 */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect } from "vitest";
import { UserError } from "../../src/base/index.ts";
import { traceTextLines, writeTraceDatFile } from "../../src/export/index.ts";
import { importerFor } from "../../src/import/importers.ts";
import { openRecording } from "../../src/import/index.ts";
import type { OpenedRecording } from "../../src/import/importer.ts";
import { memoryFile, type TraceFile } from "../../src/import/trace-file.ts";
import { hasKeptReport, keptReport } from "./oracle/kept-report.ts";
import { compareWithTraceCmd } from "./oracle.ts";
import { compareWithText } from "./portable-trace.ts";
import { dumpRecording } from "./trace-dump.ts";

export interface TextLimits {
  readonly text?: string;
  readonly again?: string;
}

/** Recordings of a folder and of those below it, by path from it. Reports of trace-cmd and expectations are none. */
export function recordingsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(dat|dat\.gz|txt)$/.test(name) && !/(^|\/)(expect|golden)\//.test(name))
    .sort();
}

/** `limits`: what is known not to survive as trace text. */
export async function checkTrace(path: string, limits: TextLimits = {}): Promise<string> {
  const packed = readFileSync(path);
  const bytes = path.endsWith(".gz") ? gunzipSync(packed) : packed;
  const whole = aligned(bytes);
  const dump = dumpOf(path);
  expect(dumpOf(whole), "under another name").toBe(dump);
  for (const size of [1, 7, 4096]) expect(dumpOfFile(inPieces(whole, size)), `in pieces of ${size} bytes`).toBe(dump);
  const notes = [...checkText(whole, limits), ...checkTraceDat(whole, dump)];
  if (hasKeptReport(path)) {
    const result = await compareWithTraceCmd(path, { report: keptReport(path) });
    expect(result.difference).toBeUndefined();
    notes.push(`trace-cmd agrees on ${result.records} records, ${result.fields} fields, ${result.losses} losses`);
  }
  return `${dump}\n${notes.join("\n")}\n`;
}

function dumpOf(input: string | Uint8Array): string {
  const { importer, recording, close } = openRecording(input, { fileName: "unknown" });
  try {
    return dumpRecording(importer.id, recording);
  } finally {
    close();
  }
}

function dumpOfFile(file: TraceFile): string {
  const importer = importerFor(file);
  return dumpRecording(importer.id, importer.open(file, {}));
}

/** In memory of its own, as a file that was read is. */
const aligned = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes);

/** Each piece in memory that the next one overwrites; as small as asked for, but whole units. */
function inPieces(bytes: Uint8Array, wanted: number): TraceFile {
  const file = memoryFile(bytes, "unknown");
  return {
    ...file,
    *pieces(offset, size, unit) {
      const step = Math.max(unit, wanted - (wanted % unit));
      const memory = new Uint8Array(step);
      const end = Math.min(offset + size, bytes.length);
      for (let at = offset; at < end; at += step) {
        memory.fill(0x2a);
        const part = bytes.subarray(at, Math.min(end, at + step));
        memory.set(part);
        yield { offset: at, bytes: memory.subarray(0, part.length) };
      }
    },
  };
}

const open = (bytes: Uint8Array): OpenedRecording => openRecording(bytes, { fileName: "unknown" }).recording;
const textOf = (recording: OpenedRecording): string => [...traceTextLines(recording)].join("");

/**
 * Lines for the golden: what the text does not hold. Of a trace.dat all else must survive; of texts that are poorer than the
 * kernel's default format (no CPU, no thread, a relative time) the golden says what does not.
 */
function checkText(bytes: Uint8Array, limits: TextLimits): string[] {
  const original = open(bytes);
  const text = textOf(original);
  const again = open(new TextEncoder().encode(text));
  const { difference, losses } = compareWithText(original.trace(), again.trace());
  const other = textOf(again);
  if (original.parts !== undefined) {
    expect(limits.text === undefined ? difference : difference !== undefined, "as trace text").toBe(limits.text === undefined ? undefined : true);
    if (limits.again === undefined) expect(other, "the text of the text").toBe(text);
    else expect(other, "known-limits.ts says that they differ").not.toBe(text);
  }
  return [
    `as trace text ${sumOf(text)}${losses.length === 0 ? "" : `, without ${losses.join(", ")}`}`,
    ...(difference === undefined
      ? []
      : [
          "as trace text: not the same",
          ...difference
            .split("\n")
            .slice(0, 20)
            .map((line) => `  ${line}`),
        ]),
    ...differentLine(text, other),
  ];
}

/** The first line that is another one, of both. */
function differentLine(text: string, other: string): string[] {
  const [ours, theirs] = [text.split("\n"), other.split("\n")];
  const at = ours.findIndex((line, index) => line !== theirs[index]);
  return at < 0 && ours.length === theirs.length ? [] : ["the text of the text is another", `  ${ours[at] ?? ""}`, `  ${theirs[at] ?? ""}`];
}

/** What cannot be put into a trace.dat is refused, and the golden says so. */
function checkTraceDat(bytes: Uint8Array, dump: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "stallscope-check-"));
  try {
    const [first, second] = [join(folder, "first"), join(folder, "second")];
    try {
      writeTraceDatFile(first, open(bytes), "check");
    } catch (error) {
      if (!(error instanceof UserError) || !error.code.startsWith("export-")) throw error;
      return [`as trace.dat: refused (${error.code})`];
    }
    expect(dumpOf(first), "as trace.dat").toBe(dump);
    writeTraceDatFile(second, open(Uint8Array.from(readFileSync(first))), "check");
    expect(readFileSync(second).equals(readFileSync(first)), `the trace.dat of the trace.dat of ${basename(folder)}`).toBe(true);
    return ["as trace.dat: the same"];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const sumOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 10);
