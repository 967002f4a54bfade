/** Columns of integers below 2^53 as LEB128 varints: seven bits a byte, the lowest first, the eighth says that more follow. Times are in units of `unitNs`. */

const MORE = 0x80;
const LOW = 0x7f;
/** above this a number is split, for bit operations know 32 bits */
const SPLIT = 2 ** 28;

export class VarintWriter {
  readonly #unitNs: number;
  #bytes = new Uint8Array(1 << 16);
  #length = 0;

  constructor(unitNs = 1) {
    this.#unitNs = unitNs;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Each as its distance from the one before: the column must not fall. */
  rising(column: ArrayLike<number>): void {
    let before = 0;
    for (let row = 0; row < column.length; row++) {
      const value = this.#inUnits(column[row] as number);
      this.#put(value - before);
      before = value;
    }
  }

  /** How far the second column is above the first. */
  lengths(from: ArrayLike<number>, to: ArrayLike<number>): void {
    for (let row = 0; row < from.length; row++) this.#put(this.#inUnits(to[row] as number) - this.#inUnits(from[row] as number));
  }

  /** `shift` is added to each. */
  small(column: ArrayLike<number>, shift = 0): void {
    for (let row = 0; row < column.length; row++) this.#put((column[row] as number) + shift);
  }

  #inUnits(time: number): number {
    return this.#unitNs === 1 ? time : Math.floor(time / this.#unitNs);
  }

  #put(value: number): void {
    if (value < 0 || !Number.isSafeInteger(value)) throw new RangeError(`${value} is no column's value: a whole number from 0 was expected`);
    if (this.#length + 8 > this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    let rest = value;
    while (rest >= SPLIT) {
      this.#bytes[this.#length++] = (rest % (LOW + 1)) | MORE;
      rest = Math.floor(rest / (LOW + 1));
    }
    while (rest > LOW) {
      this.#bytes[this.#length++] = (rest & LOW) | MORE;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }
}

export class VarintReader {
  readonly #bytes: Uint8Array;
  readonly #unitNs: number;
  #at = 0;

  constructor(bytes: Uint8Array, unitNs = 1) {
    this.#bytes = bytes;
    this.#unitNs = unitNs;
  }

  rising(rows: number): Float64Array {
    const column = new Float64Array(rows);
    let value = 0;
    for (let row = 0; row < rows; row++) column[row] = value += this.#next() * this.#unitNs;
    return column;
  }

  ends(start: Float64Array): Float64Array {
    const column = new Float64Array(start.length);
    for (let row = 0; row < start.length; row++) column[row] = (start[row] as number) + this.#next() * this.#unitNs;
    return column;
  }

  unsigned(rows: number): Int32Array {
    const column = new Int32Array(rows);
    for (let row = 0; row < rows; row++) column[row] = this.#next();
    return column;
  }

  /** One less than what is kept. */
  signed(rows: number): Int32Array {
    const column = new Int32Array(rows);
    for (let row = 0; row < rows; row++) column[row] = this.#next() - 1;
    return column;
  }

  bytes(rows: number): Uint8Array {
    const column = new Uint8Array(rows);
    for (let row = 0; row < rows; row++) column[row] = this.#next();
    return column;
  }

  #next(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.#at++];
    if (byte === undefined) throw new RangeError("the drawing is cut off");
    if (byte < MORE) return byte;
    let value = byte & LOW;
    for (let unit = LOW + 1; ; unit *= LOW + 1) {
      byte = bytes[this.#at++];
      if (byte === undefined) throw new RangeError("the drawing is cut off");
      value += (byte & LOW) * unit;
      if (byte < MORE) return value;
    }
  }
}
