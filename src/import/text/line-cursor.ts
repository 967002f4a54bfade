/** The lines of a text file of any size, one by one: pieces of bytes come in, no file ever becomes one string. */
import type { FilePiece } from "../trace-file.ts";

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** The kernel's trace_seq holds 8 kB, marker text 4 kB; perf and scripts stay far below. The rest of a longer line is passed over. */
const LONGEST_LINE = 1 << 20;
const NOTHING = new Uint8Array();

export class LineCursor {
  /** The line is `bytes[start, end)`, without its newline. Valid until `beforeSwitch` is called. */
  bytes: Uint8Array = NOTHING;
  start = 0;
  end = 0;
  /** place of the line in the file */
  offset = 0;
  /** The line was longer than LONGEST_LINE, only its begin is here. */
  isCut = false;
  /** Called before the memory of the lines given so far may be overwritten. */
  beforeSwitch: () => void = () => undefined;
  readonly #pieces: Iterator<FilePiece>;
  #piece: Uint8Array = NOTHING;
  #pieceOffset = 0;
  #at = 0;
  #ended = false;
  /** the begin of a line whose end is in a later piece */
  #carry: Uint8Array[] = [];
  #carried = 0;
  #carryOffset = 0;

  constructor(pieces: Iterable<FilePiece>) {
    this.#pieces = pieces[Symbol.iterator]();
  }

  next(): boolean {
    for (;;) {
      const found = this.#piece.indexOf(NEWLINE, this.#at);
      if (found >= 0) {
        this.#give(found);
        return true;
      }
      if (this.#ended) return false;
      this.#keepRest();
      if (!this.#switch()) {
        this.#ended = true;
        if (this.#carried === 0) return false;
        this.#give(this.#at);
        return true;
      }
    }
  }

  #give(end: number): void {
    if (this.#carried === 0) {
      this.bytes = this.#piece;
      this.start = this.#at;
      this.end = end;
      this.offset = this.#pieceOffset + this.#at;
    } else {
      this.#keep(end);
      this.bytes = this.#carry.length === 1 ? (this.#carry[0] as Uint8Array) : Buffer.concat(this.#carry);
      this.start = 0;
      this.end = this.bytes.length;
      this.offset = this.#carryOffset;
      this.#carry = [];
      this.#carried = 0;
    }
    this.#at = end + 1;
    this.isCut = this.end - this.start > LONGEST_LINE;
    if (this.isCut) this.end = this.start + LONGEST_LINE;
    if (this.end > this.start && this.bytes[this.end - 1] === RETURN) this.end--;
  }

  #keepRest(): void {
    if (this.#at < this.#piece.length) this.#keep(this.#piece.length);
  }

  /** Copies `piece[at, end)`; past the longest line only that there was more is remembered. */
  #keep(end: number): void {
    if (this.#carried === 0) this.#carryOffset = this.#pieceOffset + this.#at;
    const room = LONGEST_LINE + 1 - this.#carried;
    const part = this.#piece.slice(this.#at, Math.min(end, this.#at + Math.max(0, room)));
    if (part.length > 0) this.#carry.push(part);
    this.#carried += part.length;
    this.#at = end;
  }

  #switch(): boolean {
    this.beforeSwitch();
    const next = this.#pieces.next();
    this.#piece = next.done === true ? NOTHING : next.value.bytes;
    this.#pieceOffset = next.done === true ? this.#pieceOffset : next.value.offset;
    this.#at = 0;
    return next.done !== true;
  }
}
