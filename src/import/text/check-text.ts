/** What every text must pass: a readable dump, the same whatever the file is called, however it is cut into pieces, and in the hands of other systems. */
import { expect } from "vitest";
import { ImportError } from "../../base/index.ts";
import type { Trace } from "../../trace/index.ts";
import { RECOGNIZE_BYTES, type Importer } from "../importer.ts";
import { memoryFile, type TraceFile } from "../trace-file.ts";
import { textImporters } from "./index.ts";

/** Gives its bytes in pieces of `size`, each in memory that is overwritten by the next one. */
export function piecewise(bytes: Uint8Array, size: number, name = "unknown"): TraceFile {
  const file = memoryFile(bytes, name);
  return {
    ...file,
    *pieces(offset, length) {
      const memory = new Uint8Array(size);
      const end = Math.min(offset + length, bytes.length);
      for (let at = offset; at < end; at += size) {
        memory.fill(0x2a);
        const part = bytes.subarray(at, Math.min(end, at + size));
        memory.set(part);
        yield { offset: at, bytes: memory.subarray(0, part.length) };
      }
    },
  };
}

/** By content alone. */
export function importerOf(bytes: Uint8Array): Importer | undefined {
  const head = bytes.subarray(0, RECOGNIZE_BYTES);
  return textImporters.find((importer) => importer.recognizes(head));
}

export function importText(text: string | Uint8Array, pieceSize?: number): Trace {
  const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : text;
  const importer = importerOf(bytes);
  if (importer === undefined) throw new ImportError("not-recognised", "no importer knows the text");
  return importer.open(pieceSize === undefined ? memoryFile(bytes, "unknown") : piecewise(bytes, pieceSize), {}).trace();
}

const DUMPED_RECORDS = 25;

/** What the recording says, in lines for people. Offsets are left out: they are the file's. */
export function dumpText(importer: Importer, file: TraceFile): string {
  const recording = importer.open(file, {});
  const trace = recording.trace();
  const lines = [`importer ${importer.id}`, `base ${trace.clock.base} begin ${trace.begin} end ${trace.end} cpus ${trace.machine.cpus}`];
  for (const [name, { perCpu }] of [...trace.counts].sort(([a], [b]) => (a < b ? -1 : 1))) lines.push(`count ${name} ${[...perCpu].join(" ")}`);
  for (const [name, table] of trace.tables) lines.push(`table ${name} ${table.length}: ${Object.keys(table.fields).join(" ")}`);
  for (const { cpu, from, to, count } of trace.lost) lines.push(`lost cpu ${cpu} ${from}..${to} ${count ?? "?"}`);
  for (const { code, message } of trace.problems) lines.push(`problem ${code}: ${message}`);
  let shown = 0;
  for (const record of recording.records()) {
    if (shown++ >= DUMPED_RECORDS) break;
    const fields = record.fields().map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(",") : value}`);
    const place = `${record.time} cpu ${record.cpu} tid ${record.tid} ${JSON.stringify(record.comm)} tgid ${record.tgid} flags ${record.flags} preempt ${record.preemptCount}`;
    lines.push(
      `${place} ${record.buffer === "" ? "" : `${record.buffer}:`}${record.system}:${record.event} {${JSON.stringify(fields.join(" ")).slice(1, -1)}}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/** The dump, after it was found to be the same in all the ways that a text may come. */
export function checkText(bytes: Uint8Array): string {
  const importer = importerOf(bytes);
  if (importer === undefined) throw new ImportError("not-recognised", "no importer knows the text");
  const dump = dumpText(importer, memoryFile(bytes, "unknown"));
  for (const size of [1, 7, 100]) expect(dumpText(importer, piecewise(bytes, size)), `pieces of ${size} bytes`).toBe(dump);
  const text = Buffer.from(bytes).toString("latin1");
  const variants = { crlf: text.replaceAll("\n", "\r\n"), bom: `\xef\xbb\xbf${text}`, "no final newline": text.replace(/\n$/, "") };
  for (const [what, variant] of Object.entries(variants)) {
    const changed = Buffer.from(variant, "latin1");
    expect(importerOf(changed)?.id, what).toBe(importer.id);
    expect(dumpText(importer, memoryFile(changed, "unknown")), what).toBe(dump);
  }
  return dump;
}
