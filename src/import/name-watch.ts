/**
 * Which thread had which name when? Scheduler events carry the name of every task they speak of, nearly always the one
 * it had before: only changes are kept, so that a name costs no column and no string per record.
 */
import { ColumnBuilder } from "../base/index.ts";
import type { ThreadNames } from "../trace/index.ts";
import type { ByteStrings } from "./byte-strings.ts";
import { TID_LIMIT } from "./incarnations.ts";

/** More when a larger one comes: small recordings are imported by the thousand in tests. */
const FIRST_TIDS = 512;

export class NameWatch {
  readonly #strings: ByteStrings;
  /** per tid: the 16 bytes of its last name, the row that says so + 1 (0 = none), and that row's time */
  #words = new Uint32Array(FIRST_TIDS * 4);
  #rows = new Int32Array(FIRST_TIDS);
  #since = new Float64Array(FIRST_TIDS);
  readonly #time = new ColumnBuilder("f64");
  readonly #tid = new ColumnBuilder("i32");
  readonly #name = new ColumnBuilder("i32");

  constructor(strings: ByteStrings) {
    this.#strings = strings;
  }

  /** The task `tid` is called what the 16 bytes at word `w` say. */
  see16(tid: number, bytes: Uint8Array, u32: Uint32Array, w: number, time: number): void {
    if (tid >= this.#rows.length || tid <= 0) if (!this.#admit(tid)) return;
    const words = this.#words;
    const at = tid * 4;
    const isKnown = words[at] === u32[w] && words[at + 1] === u32[w + 1] && words[at + 2] === u32[w + 2] && words[at + 3] === u32[w + 3];
    // CPUs are not read in step: the name may have been seen at a later time first
    if (isKnown && time >= (this.#since[tid] as number)) return;
    words.set(u32.subarray(w, w + 4), at);
    this.#named(tid, this.#strings.intern(bytes, w * 4, w * 4 + 16), time);
  }

  /** The same for a name that is a string already. */
  see(tid: number, name: number, time: number): void {
    if (tid < this.#rows.length ? tid > 0 : this.#admit(tid)) this.#named(tid, name, time);
  }

  /** Rows by time; the last of a tid that is not after a time is its name then. */
  build(): ThreadNames {
    const [time, tid, name] = [this.#time.build(), this.#tid.build(), this.#name.build()];
    const order = Uint32Array.from(time, (_, row) => row).sort((a, b) => (time[a] as number) - (time[b] as number) || a - b);
    return {
      length: time.length,
      time: Float64Array.from(order, (row) => time[row] as number),
      tid: Int32Array.from(order, (row) => tid[row] as number),
      name: Int32Array.from(order, (row) => name[row] as number),
    };
  }

  #named(tid: number, name: number, time: number): void {
    const row = (this.#rows[tid] as number) - 1;
    if (row >= 0 && this.#name.values[row] === name) {
      if (time < (this.#time.values[row] as number)) this.#time.values[row] = time;
    } else {
      this.#rows[tid] = this.#time.push(time) + 1;
      this.#tid.push(tid);
      this.#name.push(name);
    }
    this.#since[tid] = this.#time.values[(this.#rows[tid] as number) - 1] as number;
  }

  /** Makes room; false for what no task has as its tid (0 is idle, and has no name to tell). */
  #admit(tid: number): boolean {
    if (!(tid > 0 && tid < TID_LIMIT)) return false;
    const size = 2 ** Math.ceil(Math.log2(tid + 1));
    const [words, rows, since] = [new Uint32Array(size * 4), new Int32Array(size), new Float64Array(size)];
    words.set(this.#words);
    rows.set(this.#rows);
    since.set(this.#since);
    this.#words = words;
    this.#rows = rows;
    this.#since = since;
    return true;
  }
}
