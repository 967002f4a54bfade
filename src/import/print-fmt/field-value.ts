/** Where is a field in a record, and what is it worth? Numbers are read; arrays, structures and located data are places. */
import { longType, scalarType, type IntType } from "./c-types.ts";
import type { FormatField } from "../event-format.ts";
import { readInt, type RecordBytes } from "./record-bytes.ts";
import { intValue, type PlaceValue, type Value } from "./value.ts";

export function fieldValue(field: FormatField, machine: { readonly longSize: 4 | 8 }): Value {
  const type = scalarOf(field, machine.longSize);
  if (type === undefined) return placeOfField(field, machine);
  const { offset } = field;
  return intValue(type, (record) => readInt(record, record.at + offset, type));
}

/** undefined: an array, a structure, or located data. */
export function scalarOf({ location, arrayLength, size, signed, type }: FormatField, longSize: 4 | 8): IntType | undefined {
  if (location !== "inline" || arrayLength !== undefined || (size !== 1 && size !== 2 && size !== 4 && size !== 8)) return undefined;
  if (type.includes("*")) return { ...longType(longSize, false), bits: (size * 8) as IntType["bits"] };
  return { bits: (size * 8) as IntType["bits"], signed };
}

/** Type of the elements of an array or of located data; undefined for structures. */
export function elementOf(field: FormatField, longSize: 4 | 8): IntType | undefined {
  const { type, size, signed, arrayLength, location } = field;
  const named = type.includes("*") ? longType(longSize, false) : scalarType(type.split(/\s+/), longSize);
  if (location !== "inline") return named ?? (/\bcpumask/.test(type) ? longType(longSize, false) : undefined);
  if (arrayLength === undefined || arrayLength === 0 || size === 0) return named ?? scalarOf(field, longSize);
  const bits = (size / arrayLength) * 8;
  // the size is the truth: a typedef that is not known still has elements
  return bits === 8 || bits === 16 || bits === 32 || bits === 64 ? { bits, signed: named?.signed ?? signed } : named;
}

/** `&REC->field`, or an array itself. A place that the record does not have is empty. */
export function placeOfField(field: FormatField, { longSize }: { readonly longSize: 4 | 8 }): PlaceValue {
  const element = field.location === "inline" ? (elementOf(field, longSize) ?? scalarOf(field, longSize)) : elementOf(field, longSize);
  const { offset, size } = field;
  if (field.location === "inline") {
    const start = (record: RecordBytes): number => Math.min(record.at + offset, record.end);
    return { kind: "place", element, start, end: size === 0 ? (record) => record.end : (record) => Math.min(record.end, record.at + offset + size) };
  }
  const start = (record: RecordBytes): number => Math.min(record.end, record.at + locatedOffset(record, field));
  return {
    kind: "place",
    element,
    start,
    end: (record) => {
      // before 2.6.33 the word had 16 bits and no length: text up to its NUL
      if (size === 2) return record.end;
      return Math.min(record.end, start(record) + (Number(readInt(record, record.at + offset, { bits: 32, signed: false })) >>> 16));
    },
  };
}

/** From the begin of the record. A word that points before the end of its own event is damage. */
function locatedOffset(record: RecordBytes, { offset, size, location }: FormatField): number {
  const word = Number(readInt(record, record.at + offset, { bits: size === 2 ? 16 : 32, signed: false }));
  return (word & 0xffff) + (location === "rel_loc" ? offset + 4 : 0);
}

/** Bytes of located data, as its word says and the record allows. */
export function locatedLength(field: FormatField, machine: { readonly longSize: 4 | 8 }): (record: RecordBytes) => number {
  const place = placeOfField(field, machine);
  return (record) => Math.max(0, place.end(record) - place.start(record));
}
