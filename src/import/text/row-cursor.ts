/**
 * The rows of a text: a line with a context, and the lines that belong to it (frames of a stack, further lines of a marker).
 *
 * A newline in a marker or in a task name splits a row physically. A line without a context belongs to the row before. A line
 * with one is a row; only behind a marker in a file that is in order of time, and stamped before that marker, it is known to be
 * the marker's own text. What else a marker's second line claims to be cannot be told from an event: files with such markers
 * get the problem `marker-lines`.
 */
import type { ImportProblem } from "../../trace/index.ts";
import { textOf } from "./byte-text.ts";
import type { NameReader } from "./event-name.ts";
import { parseBufferStart, parseLoss, type HeaderNotes } from "./header-notes.ts";
import type { LineCursor } from "./line-cursor.ts";
import { RowHead, type ParseHead, type RowLayout } from "./row-head.ts";
import type { TextSymbols } from "./text-symbols.ts";

export interface RowDialect {
  readonly parseHead: ParseHead;
  /** call chains of perf; else stacks with arrows */
  readonly hasChains: boolean;
  /** widths of the column that the name is in */
  readonly nameColumns: readonly number[];
}

export interface RowReport {
  problem(problem: ImportProblem): void;
  /** before the row that comes next; `cpu` as the text says it */
  lost(cpu: number, count: number | undefined): void;
  bufferStarted(cpu: number): void;
}

const HASH = 0x23;
/** more lines than this no marker has: the kernel cuts one at 4 kB */
const MOST_EXTRA = 4096;
const SHOWN = 60;

export class RowCursor {
  /** The row; valid until the next one is asked for. */
  bytes: Uint8Array = new Uint8Array();
  head = new RowHead();
  /** id in `names.strings` */
  event = 0;
  textFrom = 0;
  end = 0;
  /** place of the row's line in the file */
  offset = 0;
  /** return addresses, innermost first */
  readonly frames: number[] = [];
  /** lines of a marker, or of a name, behind the first */
  extra: string[] = [];
  readonly #lines: LineCursor;
  readonly #dialect: RowDialect;
  readonly #layout: RowLayout;
  readonly #names: NameReader;
  readonly #symbols: TextSymbols;
  readonly #notes: HeaderNotes;
  readonly #report: RowReport;
  #hasRow = false;
  /** the head of the line that ended the row before: the next row's */
  #next = new RowHead();
  #hasNext = false;
  /** what stands between the row at hand and the next: told when that one is asked for */
  #between: (() => void)[] = [];
  #saidMarkerLines = false;

  constructor(
    lines: LineCursor,
    file: { dialect: RowDialect; layout: RowLayout },
    readers: { names: NameReader; symbols: TextSymbols; notes: HeaderNotes; report: RowReport },
  ) {
    this.#lines = lines;
    this.#dialect = file.dialect;
    this.#layout = file.layout;
    this.#names = readers.names;
    this.#symbols = readers.symbols;
    this.#notes = readers.notes;
    this.#report = readers.report;
    lines.beforeSwitch = () => this.#save();
  }

  next(): boolean {
    this.#hasRow = false;
    if (this.#between.length > 0) for (const tell of this.#between.splice(0)) tell();
    this.frames.length = 0;
    if (this.extra.length > 0) this.extra = [];
    if (this.#hasNext) this.#take();
    const lines = this.#lines;
    while (lines.next()) {
      const { bytes, start, end } = lines;
      if (start === end) continue;
      if (lines.isCut)
        this.#report.problem({ code: "long-line", message: "a line is longer than any writer makes it; its rest was passed over", offset: lines.offset });
      if (this.#hasRow && this.#belongs(bytes, start, end)) continue;
      if (this.#dialect.parseHead(bytes, start, end, this.#next, this.#layout)) {
        if (!this.#hasRow) this.#take();
        else if (this.#isInsideMarker()) this.#addExtra(bytes, start, end);
        else {
          this.#hasNext = true;
          return true;
        }
      } else this.#other(bytes, start, end, lines.offset);
    }
    return this.#hasRow;
  }

  /** The body, with the lines that belong to it. */
  text(): string {
    const first = textOf(this.bytes, this.textFrom, this.end);
    return this.extra.length === 0 ? first : [first, ...this.extra].join("\n");
  }

  #take(): void {
    const { head } = this;
    this.head = this.#next;
    this.#next = head;
    this.#hasNext = false;
    this.#hasRow = true;
    this.bytes = this.#lines.bytes;
    this.end = this.#lines.end;
    this.offset = this.#lines.offset;
    this.event = this.#names.read(this.bytes, this.head.bodyFrom, this.end);
    this.textFrom = this.#names.textFrom;
    if (this.event === this.#names.kernelStack) {
      const frame = this.#symbols.arrowFrame(this.bytes, this.textFrom, this.end);
      if (frame !== undefined && frame !== 0) this.frames.push(frame);
    }
  }

  /** Whether the line is a frame of the row's stack. */
  #belongs(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#dialect.hasChains) {
      const frame = this.#symbols.chainFrame(bytes, start, end);
      if (frame === undefined) return false;
      if (frame !== 0) this.frames.push(frame);
      return true;
    }
    if (this.event !== this.#names.kernelStack && this.event !== this.#names.userStack) return false;
    const frame = this.#symbols.arrowFrame(bytes, start, end);
    if (frame === undefined) return false;
    if (this.event === this.#names.kernelStack && frame !== 0) this.frames.push(frame);
    return true;
  }

  #isInsideMarker(): boolean {
    if (!this.#notes.isSnapshot || this.event !== this.#names.print) return false;
    const next = this.#next;
    return next.sec < this.head.sec || (next.sec === this.head.sec && next.ns < this.head.ns);
  }

  #other(bytes: Uint8Array, start: number, end: number, offset: number): void {
    const first = bytes[start];
    // comments and banners are short; a marker's own line may look like one
    if (end - start < 400 && (first === HASH || !this.#hasRow || this.event !== this.#names.print || this.#mayBeLoss(bytes, start, end))) {
      const line = textOf(bytes, start, end);
      const started = parseBufferStart(line);
      if (started !== undefined) return this.#tell(() => this.#report.bufferStarted(started));
      if (first === HASH && !this.#hasRow) return this.#notes.comment(line);
      const loss = parseLoss(line);
      if (loss !== undefined) return this.#tell(() => this.#report.lost(loss.cpu, loss.count));
      if (line === "[LINE TOO BIG]")
        return this.#report.problem({ code: "line-too-big", message: "the kernel could not print an event: its text was longer than a page", offset });
      if (!this.#hasRow && this.#notes.banner(line)) return;
      if (first === HASH && line.startsWith("# ") && this.event !== this.#names.print) return this.#notes.comment(line);
    }
    if (this.#hasRow && this.event === this.#names.print) return this.#addExtra(bytes, start, end);
    // the rest of a name with a newline in it: the body is tried with it
    if (this.#hasRow && this.extra.length === 0 && first !== 0 && end - start < 512 && this.event !== this.#names.kernelStack) {
      this.extra.push(textOf(bytes, start, end));
      return;
    }
    this.#report.problem({
      code: "unreadable-line",
      message: `a line is no event: ${JSON.stringify(textOf(bytes, start, Math.min(end, start + SHOWN)))}`,
      offset,
    });
  }

  #tell(tell: () => void): void {
    if (this.#hasRow) this.#between.push(tell);
    else tell();
  }

  #mayBeLoss(bytes: Uint8Array, start: number, end: number): boolean {
    return bytes[end - 1] === 0x5d && (bytes[start] === 0x43 || bytes[start] === 0x5b);
  }

  #addExtra(bytes: Uint8Array, start: number, end: number): void {
    if (this.extra.length < MOST_EXTRA) this.extra.push(textOf(bytes, start, end));
    if (this.#saidMarkerLines) return;
    this.#saidMarkerLines = true;
    this.#report.problem({
      code: "marker-lines",
      message: "markers in this text have several lines: a line of one that looks like an event cannot be told from an event",
      offset: this.offset,
    });
  }

  /** The row's memory is about to be overwritten. */
  #save(): void {
    if (!this.#hasRow) return;
    const { head } = this;
    const lineStart = Math.min(head.nameFrom, head.bufferFrom);
    const move = (at: number): number => Math.max(0, at - lineStart);
    this.bytes = this.bytes.slice(lineStart, this.end);
    this.end -= lineStart;
    this.textFrom = move(this.textFrom);
    head.nameFrom = move(head.nameFrom);
    head.nameTo = move(head.nameTo);
    head.columnFrom = move(head.columnFrom);
    head.columnTo = move(head.columnTo);
    head.bufferFrom = move(head.bufferFrom);
    head.bufferTo = move(head.bufferTo);
    head.bodyFrom = move(head.bodyFrom);
    head.systemFrom = move(head.systemFrom);
    head.systemTo = move(head.systemTo);
  }
}
