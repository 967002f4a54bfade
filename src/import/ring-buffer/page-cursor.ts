/** Which records does a CPU's buffer hold, one by one? For readers that take every record as it comes; columns are filled from whole sub-buffers. */
import { SubBufferWalker, type WalkerInput } from "./sub-buffer-walker.ts";
import type { PageMemory } from "./page-memory.ts";

export interface CursorReport {
  /** Events are missing before the next record. `count` undefined = the kernel does not know how many. */
  missed(count: number | undefined): void;
  /** The rest of a sub-buffer was given up, from this byte of the file. */
  corrupt(offset: number, what: string): void;
}

/** After `next()` was true the public fields tell the record: `at` and `size` of its payload in bytes of `memory`, `time` in ns since the base. */
export class PageCursor {
  id = 0;
  at = 0;
  size = 0;
  time = 0;
  readonly #walker: SubBufferWalker;
  readonly #report: CursorReport;
  #index = 0;

  constructor(input: WalkerInput, report: CursorReport) {
    this.#walker = new SubBufferWalker(input);
    this.#report = report;
  }

  get memory(): PageMemory {
    return this.#walker.memory;
  }

  /** Goes to the next record. False at the end. */
  next(): boolean {
    const walker = this.#walker;
    while (this.#index >= walker.length) {
      if (walker.damage !== undefined) this.#report.corrupt(walker.damage.offset, walker.damage.what);
      if (!walker.next()) {
        walker.damage = undefined;
        return false;
      }
      if (walker.missed !== 0) this.#report.missed(walker.missed < 0 ? undefined : walker.missed);
      this.#index = 0;
    }
    const index = this.#index++;
    this.id = walker.ids[index] as number;
    this.at = walker.ats[index] as number;
    this.size = walker.sizes[index] as number;
    this.time = walker.times[index] as number;
    return true;
  }
}
