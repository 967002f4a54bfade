/** How does a trace.dat become one that every reader of ten years opens? Version 6, uncompressed, its pages as they were recorded. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { EXIT, UserError } from "../base/index.ts";
import { writeTraceDat, type TraceDatBuffer, type TraceDatMetadata } from "../bundle/index.ts";
import { cannotWrite } from "./output.ts";
import type { BufferParts, CpuData, OpenedRecording, TraceDatParts } from "./recording.ts";

/** Creates `path`, which must not exist. UserError export-source, export-clock, export-byte-order, export-pages when the recording cannot be put into such a file. */
export function writeTraceDatFile(path: string, { parts }: Pick<OpenedRecording, "parts">, version: string): void {
  const refuse = (code: string, sentence: string): never => {
    throw new UserError(code, sentence, { exitCode: EXIT.input, hint: "export it as trace-text or ndjson" });
  };
  if (parts === undefined) return refuse("export-source", "only a trace.dat can be exported as trace.dat: text does not hold the kernel's records");
  if (!parts.little) refuse("export-byte-order", "the recording is of a big-endian machine, and a trace.dat of one is not written here");
  if (parts.conversion !== undefined) refuse("export-clock", "the stamps of this recording have to be converted, which a trace.dat of version 6 would not say");
  const { pageSize } = parts.headerPage;
  if (parts.buffers.some(({ layout }) => layout.pageSize !== pageSize))
    refuse("export-pages", "the buffers of this recording have sub-buffers of different sizes, and a trace.dat of version 6 has one size for all");
  if (parts.buffers.every(({ cpus }) => cpus.every(({ size }) => size === 0)))
    refuse("export-source", parts.latencyTexts.length > 0 ? "this trace.dat holds a latency tracer's text, and no records" : "this trace.dat holds no records");
  let spool: string | undefined;
  try {
    // the writer takes its pages from the end of spool files: they lie beside the result, on the same disk
    spool = mkdtempSync(join(dirname(path), ".stallscope-export-"));
    writeTraceDat(path, metadataOf(parts, version), buffersOf(parts, spool), { consume: true });
  } catch (error) {
    throw cannotWrite(error);
  } finally {
    if (spool !== undefined) rmSync(spool, { recursive: true, force: true });
  }
}

function metadataOf(parts: TraceDatParts, version: string): TraceDatMetadata {
  const systems = [...new Set(parts.formats.map(({ system }) => system))];
  const of = (system: string): string[] => parts.formats.filter((format) => format.system === system).map(({ text }) => text);
  const { headerPageText, headerEventText, kallsyms, printkFormats, cmdlines, cpus, headerPage, uname, clock } = parts;
  return {
    headerPage: headerPageText,
    headerEvent: headerEventText,
    ftraceFormats: of("ftrace"),
    systems: systems.filter((system) => system !== "ftrace").map((name) => ({ name, formats: of(name) })),
    kallsyms,
    printkFormats,
    cmdlines,
    cpus,
    longSize: headerPage.longSize,
    pageSize: headerPage.pageSize,
    uname: uname ?? "",
    version: `stallscope ${version}`,
    // what a reader takes it for when a file does not say
    traceClock: `[${clock === "" ? "local" : clock}]`,
  };
}

/** The first buffer of a file is the main one; a recording of instances only gets an empty one. */
function buffersOf({ buffers, headerPage }: TraceDatParts, spool: string): TraceDatBuffer[] {
  const written = buffers.map((buffer, index): TraceDatBuffer => {
    const perCpu = Array.from({ length: Math.max(0, ...buffer.cpus.map(({ cpu }) => cpu + 1)) }, (_, cpu) => {
      const data = buffer.cpus.find((each) => each.cpu === cpu);
      const path = join(spool, `${index}-${cpu}`);
      spoolPages(path, data, headerPage.pageSize);
      return { kind: "file" as const, path };
    });
    return { name: buffer.name, perCpu, stats: statsOf(buffer, perCpu.length) };
  });
  return written[0]?.name === "" ? written : [{ name: "", perCpu: [], stats: [] }, ...written];
}

/** Whole pages: the last one of a file that was cut off is filled up, for all its data may be there. */
function spoolPages(path: string, data: CpuData | undefined, pageSize: number): void {
  const fd = openSync(path, "wx", 0o600);
  try {
    let written = 0;
    for (const { bytes } of data?.pieces() ?? []) {
      for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
      written += bytes.length;
    }
    const rest = written % pageSize;
    if (rest > 0) writeSync(fd, new Uint8Array(pageSize - rest));
  } finally {
    closeSync(fd);
  }
}

function statsOf({ stats }: BufferParts, cpus: number): string[] {
  return Array.from({ length: cpus }, (_, cpu) => {
    const found = stats.find((each) => each.cpu === cpu);
    return found === undefined ? "" : `overrun: ${found.overrun}\ncommit overrun: 0\ndropped events: ${found.dropped}\n`;
  });
}
