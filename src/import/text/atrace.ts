/** What Android's atrace and systrace write: `TRACE:` and a text of ftrace, perhaps packed; or a page that holds such texts. */
import { inflateSync, constants } from "node:zlib";
import { ImportError } from "../../base/index.ts";
import { RECOGNIZE_BYTES } from "../importer.ts";
import { memoryFile, type FilePiece, type TraceFile } from "../trace-file.ts";
import { ascii, find, textOf } from "./byte-text.ts";
import { FTRACE_TEXT, hasRows } from "./ftrace-text.ts";
import { makeTextImporter, wholeFile, type TextPlace } from "./open-text.ts";
import { parseProcessDump } from "./process-dump.ts";

const START = ascii("TRACE:\n");
const START_CRLF = ascii("TRACE:\r\n");
const START_WITHIN = 4096;
const BLOCK = ascii('<script class="trace-data"');
const TAG_END = ascii(">");
const BLOCK_END = ascii("</script>");
const DUMP = ascii("PROCESS DUMP");
const ART = ascii("TASK-PID");
const TRACER = ascii("# tracer:");
/** text of a trace packs 10 to 20 times smaller; a page of zeros 1000 times */
const MOST_RATIO = 200;
const LEAST_LIMIT = 1 << 24;
const MOST_UNPACKED = 1 << 30;
const MOST_DUMP = 1 << 23;
const NEWLINE = ascii("\n");

function startOf(head: Uint8Array): number {
  const limit = Math.min(head.length, START_WITHIN);
  for (const start of [START, START_CRLF]) {
    const at = find(head, 0, limit, start);
    if (at === 0 || (at > 0 && head[at - 1] === 0x0a)) return at + start.length;
  }
  return -1;
}

export const atrace = makeTextImporter({
  ...FTRACE_TEXT,
  id: "atrace",
  title: "the output of atrace",
  recognizes: (head) => {
    const from = startOf(head);
    return from >= 0 && (isZlib(head.subarray(from)) || FTRACE_TEXT.recognizes(head.subarray(from)));
  },
  locate: (file) => {
    const head = file.read(0, RECOGNIZE_BYTES);
    const from = startOf(head);
    if (from < 0) throw new ImportError("no-trace", "there is no TRACE: line at the begin", { file: file.name, offset: 0 });
    if (isZlib(head.subarray(from))) return wholeFile(unpack(file, from));
    return { head: head.subarray(from), pieces: () => file.pieces(from, file.size - from, 1) };
  },
});

/** RFC 1950: deflate, and a header that is a multiple of 31 */
const isZlib = (bytes: Uint8Array): boolean =>
  bytes.length >= 2 && ((bytes[0] as number) & 0x0f) === 8 && (((bytes[0] as number) << 8) | (bytes[1] as number)) % 31 === 0;

/** What there is of a stream that was cut off is taken. */
function unpack(file: TraceFile, from: number): TraceFile {
  const packed = file.read(from, file.size - from);
  const limit = Math.min(MOST_UNPACKED, Math.max(LEAST_LIMIT, packed.length * MOST_RATIO));
  try {
    return memoryFile(inflateSync(packed, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: limit }), file.name);
  } catch (cause) {
    throw new ImportError("bad-zlib", "the packed trace cannot be unpacked, or is larger than any trace of its size", { file: file.name, offset: from, cause });
  }
}

export const systracePage = makeTextImporter({
  ...FTRACE_TEXT,
  id: "systrace-html",
  title: "a page of systrace",
  recognizes: (head) => {
    const begin = textOf(head, 0, Math.min(head.length, 200)).trimStart().toLowerCase();
    if (!begin.startsWith("<!doctype html") && !begin.startsWith("<html")) return false;
    return find(head, 0, head.length, BLOCK) >= 0 || /trace-data|systrace|trace-viewer|catapult/.test(textOf(head, 0, head.length));
  },
  locate: locateBlocks,
});

interface Block {
  readonly from: number;
  readonly to: number;
}

function locateBlocks(file: TraceFile): TextPlace {
  const traces: Block[] = [];
  const threads = [];
  for (const block of findBlocks(file)) {
    const head = file.read(block.from, Math.min(block.to - block.from, 1 << 16));
    if (find(head, 0, Math.min(head.length, 200), DUMP) >= 0)
      threads.push(...parseProcessDump(textOf(file.read(block.from, Math.min(block.to - block.from, MOST_DUMP)), 0, MOST_DUMP)));
    else if (find(head, 0, head.length, ART) >= 0 || find(head, 0, head.length, TRACER) >= 0 || hasRows(head)) traces.push(block);
  }
  const [first] = traces;
  if (first === undefined) throw new ImportError("no-trace", "the page has no block of trace data that is a text of ftrace", { file: file.name, offset: 0 });
  return {
    head: file.read(first.from, Math.min(RECOGNIZE_BYTES, first.to - first.from)),
    *pieces(): Iterable<FilePiece> {
      for (const { from, to } of traces) {
        yield* file.pieces(from, to - from, 1);
        yield { offset: to, bytes: NEWLINE };
      }
    },
    threads,
  };
}

/** `<script class="trace-data" ...>` to `</script>`, or to the end of a page that was cut off. */
function* findBlocks(file: TraceFile): Iterable<Block> {
  let at = 0;
  for (;;) {
    const tag = findInFile(file, at, BLOCK);
    if (tag < 0) return;
    const end = findInFile(file, tag, TAG_END);
    if (end < 0) return;
    const stop = findInFile(file, end + 1, BLOCK_END);
    yield { from: end + 1, to: stop < 0 ? file.size : stop };
    if (stop < 0) return;
    at = stop + BLOCK_END.length;
  }
}

const SEARCH_STEP = 1 << 20;

function findInFile(file: TraceFile, from: number, wanted: Uint8Array): number {
  for (let at = from; at < file.size; at += SEARCH_STEP) {
    const bytes = file.read(at, SEARCH_STEP + wanted.length - 1);
    const found = find(bytes, 0, bytes.length, wanted);
    if (found >= 0) return at + found;
  }
  return -1;
}
