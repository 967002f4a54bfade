/** A text whose rows make events: how it is opened, whatever wrote it. */
import type { ThreadInfo } from "../../bundle/index.ts";
import { RECOGNIZE_BYTES, type Importer, type ImportOptions, type OpenedRecording } from "../importer.ts";
import type { FilePiece, TraceFile } from "../trace-file.ts";
import type { RowDialect } from "./row-cursor.ts";
import { textRecords } from "./text-records.ts";
import { TextRows } from "./text-rows.ts";
import { buildTrace } from "./text-trace.ts";

/** Where the rows are in a file. */
export interface TextPlace {
  readonly head: Uint8Array;
  pieces(): Iterable<FilePiece>;
  readonly threads?: readonly ThreadInfo[];
}

export interface TextWriter {
  readonly id: string;
  readonly title: string;
  readonly dialect: RowDialect;
  readonly isReport?: boolean;
  recognizes(head: Uint8Array): boolean;
  /** Throws ImportError when the rows cannot be found; the whole file when left out. */
  locate?(file: TraceFile): TextPlace;
}

export function makeTextImporter(writer: TextWriter): Importer {
  return {
    id: writer.id,
    title: writer.title,
    recognizes: (head) => writer.recognizes(head.subarray(bomLength(head))),
    open: (file, options) => openText(file, writer, options),
  };
}

export function textRowsOf(file: TraceFile, writer: TextWriter): TextRows {
  const place = writer.locate?.(file) ?? wholeFile(file);
  return new TextRows({
    name: file.name,
    dialect: writer.dialect,
    isReport: writer.isReport ?? false,
    head: place.head,
    pieces: place.pieces,
    threads: place.threads ?? [],
  });
}

function openText(file: TraceFile, writer: TextWriter, options: ImportOptions): OpenedRecording {
  const rows = textRowsOf(file, writer);
  return {
    trace: () => buildTrace(rows, { threads: options.threads ?? [] }),
    records: () => textRecords(rows),
  };
}

export function wholeFile(file: TraceFile): TextPlace {
  const from = bomLength(file.read(0, 3));
  return { head: file.read(from, RECOGNIZE_BYTES), pieces: () => file.pieces(from, file.size - from, 1) };
}

/** The UTF-8 byte order mark, which editors of other systems write. */
export const bomLength = (bytes: Uint8Array): number => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);
