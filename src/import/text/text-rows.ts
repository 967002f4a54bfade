/** Everything that reading the rows of one text needs: opened anew for each reading, because a reading changes it. */
import { ImportError } from "../../base/index.ts";
import type { ThreadInfo } from "../../bundle/index.ts";
import { ProblemList } from "../problem-list.ts";
import type { FilePiece } from "../trace-file.ts";
import { BodyReader } from "./body-reader.ts";
import { textOf } from "./byte-text.ts";
import { NameReader } from "./event-name.ts";
import { HeaderNotes } from "./header-notes.ts";
import { LatencyColumns } from "./latency-column.ts";
import { learnLayout } from "./learn-layout.ts";
import { LineCursor } from "./line-cursor.ts";
import { RowCursor, type RowDialect, type RowReport } from "./row-cursor.ts";
import { TextSymbols } from "./text-symbols.ts";

export interface TextSource {
  /** for errors */
  readonly name: string;
  readonly dialect: RowDialect;
  /** trace-cmd's way to write names */
  readonly isReport: boolean;
  /** the begin of the text */
  readonly head: Uint8Array;
  /** May be asked for more than once. Offsets are the file's, when the text is not packed. */
  pieces(): Iterable<FilePiece>;
  /** what a list beside the rows says of threads */
  readonly threads: readonly ThreadInfo[];
}

export interface OpenRows {
  readonly cursor: RowCursor;
  readonly names: NameReader;
  readonly notes: HeaderNotes;
  readonly columns: LatencyColumns;
  readonly symbols: TextSymbols;
  readonly problems: ProblemList;
}

export class TextRows {
  readonly bodies = new BodyReader();
  /** those of the last `open` */
  symbols = new TextSymbols();
  readonly source: TextSource;
  #opened: OpenRows | undefined;

  constructor(source: TextSource) {
    this.source = source;
  }

  get threads(): readonly ThreadInfo[] {
    return this.source.threads;
  }

  open(report: Partial<RowReport> = {}): OpenRows {
    const problems = new ProblemList();
    const columns = new LatencyColumns();
    const notes = new HeaderNotes(columns);
    const names = new NameReader(this.bodies.known, this.source.isReport);
    this.symbols = new TextSymbols();
    const readers = {
      names,
      notes,
      symbols: this.symbols,
      report: {
        problem: report.problem ?? ((problem) => problems.add(problem)),
        lost: report.lost ?? (() => undefined),
        bufferStarted: report.bufferStarted ?? (() => undefined),
      },
    };
    const { dialect, head } = this.source;
    const cursor = new RowCursor(new LineCursor(this.source.pieces()), { dialect, layout: learnLayout(dialect, head) }, readers);
    this.#opened = { cursor, names, notes, columns, symbols: this.symbols, problems };
    return this.#opened;
  }

  /** The reading is at its end: what the text as a whole lacks. Throws ImportError when there is neither a row nor a header. */
  finish(rows: number): void {
    const opened = this.#opened;
    if (opened === undefined) return;
    const { notes, problems, cursor } = opened;
    if (rows === 0) {
      if (notes.lines.length > 0 || notes.cpus > 0) return;
      const seen = textOf(this.source.head, 0, Math.min(40, this.source.head.length));
      throw new ImportError("no-events", `no line of the text is an event; it begins with ${JSON.stringify(seen)}`, { file: this.source.name, offset: 0 });
    }
    if (notes.overwritten > 0)
      problems.add({ code: "overwritten", message: `${notes.overwritten} events were overwritten in the kernel's buffer before the text was written` });
    if (!cursor.head.hasFraction) problems.add({ code: "bare-stamps", message: "stamps are whole numbers of an unnamed clock; they are taken as nanoseconds" });
    if (cursor.head.columnFrom === cursor.head.columnTo && cursor.head.flags < 0)
      problems.add({ code: "no-irq-info", message: "the text does not say in which state interrupts and preemption were: flags are 0" });
  }
}
