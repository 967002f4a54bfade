/** Which values does a record hold, field by field? Text for char arrays, lists for other arrays, numbers for the rest. */
import type { EventFormat, FormatField } from "../event-format.ts";
import { elementOf, placeOfField, scalarOf } from "./field-value.ts";
import type { Int } from "./integers.ts";
import { readInt, readText, type RecordBytes } from "./record-bytes.ts";

/** The same as FieldValue of an importer's record. */
export type FieldContent = Int | string | readonly Int[];
export type ReadField = (record: RecordBytes) => FieldContent;

/** In the order of the format, without the common fields. */
export function readFields(
  format: EventFormat,
  machine: { readonly longSize: 4 | 8 },
  special: ReadonlyMap<string, ReadField> = new Map(),
): (record: RecordBytes) => [name: string, value: FieldContent][] {
  const readers = format.fields
    .filter((field) => !field.name.startsWith("common_"))
    .map((field) => [field.name, special.get(field.name) ?? readField(field, machine)] as const);
  return (record) => readers.map(([name, read]) => [name, read(record)]);
}

export function readField(field: FormatField, machine: { readonly longSize: 4 | 8 }): ReadField {
  const scalar = scalarOf(field, machine.longSize);
  const { offset } = field;
  if (scalar !== undefined) return (record) => readInt(record, record.at + offset, scalar);
  const place = placeOfField(field, machine);
  // `unsigned char addr[6]` are bytes; `char comm[16]` is a name
  if (/\bchar\b/.test(field.type) && !/unsigned|\*/.test(field.type)) return (record) => readText(record, place.start(record), place.end(record));
  const element = elementOf(field, machine.longSize) ?? { bits: 8, signed: false };
  const step = element.bits / 8;
  return (record) => {
    const values: Int[] = [];
    const end = place.end(record);
    for (let at = place.start(record); at + step <= end; at += step) values.push(readInt(record, at, element));
    return values;
  };
}
