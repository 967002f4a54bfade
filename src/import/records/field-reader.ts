/** How does a renderer get at the fields that it knows by name? */
import type { EventFormat, FormatField } from "../event-format.ts";
import { placeOfField, scalarOf } from "../print-fmt/field-value.ts";
import { readInt, readText, type RecordBytes } from "../print-fmt/index.ts";

const ALL_ONES: Readonly<Record<4 | 8, number | bigint>> = { 4: 0xffffffff, 8: 0xffff_ffff_ffff_ffffn };

/** Fields by name; one that the format lacks reads as 0 and is remembered. */
export class FieldReader {
  isMissing = false;
  readonly #fields: ReadonlyMap<string, FormatField>;
  readonly #longSize: 4 | 8;

  constructor(format: EventFormat, { longSize }: { readonly longSize: 4 | 8 }) {
    this.#fields = new Map(format.fields.map((field) => [field.name, field]));
    this.#longSize = longSize;
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  int(name: string): (record: RecordBytes) => number | bigint {
    const field = this.#fields.get(name);
    const type = field === undefined ? undefined : scalarOf(field, this.#longSize);
    if (field === undefined || type === undefined) {
      this.isMissing = true;
      return () => 0;
    }
    const { offset } = field;
    return (record) => readInt(record, record.at + offset, type);
  }

  number(name: string): (record: RecordBytes) => number {
    const read = this.int(name);
    return (record) => Number(read(record));
  }

  /** From the field to the end of the record, however long its format says it is. */
  rest(name: string): (record: RecordBytes) => number {
    const field = this.#fields.get(name);
    if (field === undefined) this.isMissing = true;
    const offset = field?.offset ?? 0;
    return (record) => Math.min(record.end, record.at + offset);
  }

  text(name: string): (record: RecordBytes) => string {
    const field = this.#fields.get(name);
    if (field === undefined) {
      this.isMissing = true;
      return () => "";
    }
    const place = placeOfField(field, { longSize: this.#longSize });
    return (record) => readText(record, place.start(record), place.end(record));
  }

  /** Kernel longs to the end of the record, or to the one that is all ones. */
  longs(name: string): (record: RecordBytes) => (number | bigint)[] {
    const begin = this.rest(name);
    const [step, ones] = [this.#longSize, ALL_ONES[this.#longSize]];
    return (record) => {
      const values: (number | bigint)[] = [];
      for (let at = begin(record); at + step <= record.end; at += step) {
        const value = readInt(record, at, { bits: step === 8 ? 64 : 32, signed: false });
        if (value === ones) break;
        values.push(value);
      }
      return values;
    };
  }
}
