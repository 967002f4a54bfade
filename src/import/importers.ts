/** Which kinds of recording can be read? Tried in this order; the first that recognises the content opens the file. */
import { ImportError } from "../base/index.ts";
import type { Importer } from "./importer.ts";
import { textImporters } from "./text/index.ts";
import { traceDatImporter } from "./trace-dat-importer.ts";
import type { TraceFile } from "./trace-file.ts";
import { RECOGNIZE_BYTES } from "./importer.ts";

export const IMPORTERS: readonly Importer[] = [traceDatImporter, ...textImporters];

/** Throws ImportError when nobody knows the content. */
export function importerFor(file: TraceFile): Importer {
  const head = file.read(0, RECOGNIZE_BYTES);
  const importer = IMPORTERS.find((candidate) => candidate.recognizes(head));
  if (importer !== undefined) return importer;
  if (file.size === 0) throw new ImportError("empty", "the file is empty", { file: file.name, offset: 0 });
  throw new ImportError("not-a-trace", `this is no trace that can be read: ${whatIs(head)}`, {
    file: file.name,
    offset: 0,
    hint: `readable are: ${IMPORTERS.map(({ title }) => title).join(", ")}`,
  });
}

/** What people give by mistake, by its magic number. */
const KNOWN: readonly (readonly [magic: string, name: string])[] = [
  ["PERFILE2", "it is perf.data; make text of it with perf script"],
  ["\x7fELF", "it is a program (ELF)"],
  ["\x89PNG", "it is a picture (PNG)"],
  ["\x75\xd1\x1f\xc1", "it is CTF metadata"],
  ["\xc1\x1f\xfc\xc1", "it is a CTF stream"],
  ["/* CTF", "it is CTF metadata"],
  ["PK\x03\x04", "it is a zip archive"],
  ["\xfd7zXZ", "it is packed with xz; unpack it with xz -d"],
  ["BZh", "it is packed with bzip2; unpack it with bzip2 -d"],
  ["SQLite format 3", "it is a database (SQLite)"],
  ["{", "it is JSON"],
  ["[", "it is JSON"],
];

function whatIs(head: Uint8Array): string {
  const start = Buffer.from(head.subarray(0, 16)).toString("latin1");
  const known = KNOWN.find(([magic]) => start.startsWith(magic));
  if (known !== undefined) return known[1];
  const isText = head.subarray(0, 4096).every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
  return isText ? "it is text, but no line of it is an event" : "it begins with no magic number known here";
}
