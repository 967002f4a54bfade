/** What can an expression of a print fmt be worth? Compiled: closures over one record, made once per format. */
import type { IntType } from "./c-types.ts";
import type { Int } from "./integers.ts";
import { readText, type RecordBytes } from "./record-bytes.ts";

export interface IntValue {
  readonly kind: "int";
  readonly type: IntType;
  /** known without a record */
  readonly constant: Int | undefined;
  /** stands for something that could not be worked out: shown as a number whatever the conversion */
  readonly isGuess?: boolean;
  get(record: RecordBytes): Int;
}

export interface TextValue {
  readonly kind: "text";
  get(record: RecordBytes): string;
}

/** Memory of the record; absolute places in `bytes`, never outside of it. */
export interface PlaceValue {
  readonly kind: "place";
  /** undefined: void, or a structure */
  readonly element: IntType | undefined;
  start(record: RecordBytes): number;
  end(record: RecordBytes): number;
}

/** A name that nobody resolved. */
export interface UnknownValue {
  readonly kind: "unknown";
  readonly name: string;
}

export type Value = IntValue | TextValue | PlaceValue | UnknownValue;

export const intValue = (type: IntType, get: (record: RecordBytes) => Int): IntValue => ({ kind: "int", type, constant: undefined, get });
export const constantInt = (type: IntType, constant: Int): IntValue => ({ kind: "int", type, constant, get: () => constant });
export const textValue = (get: (record: RecordBytes) => string): TextValue => ({ kind: "text", get });

/** The bytes of a place, at most `limit`. */
export function bytesOf(place: PlaceValue, record: RecordBytes, limit = Number.POSITIVE_INFINITY): Uint8Array {
  const start = place.start(record);
  return record.bytes.subarray(start, Math.max(start, Math.min(place.end(record), start + Math.max(0, limit))));
}

/** As `%s` shows it. `stringAt` finds texts that lie in the kernel. */
export function textOf(value: Value, stringAt: (address: Int) => string | undefined): (record: RecordBytes, limit?: number) => string {
  switch (value.kind) {
    case "text":
      return (record) => value.get(record);
    case "place":
      return (record, limit) => readText(record, value.start(record), value.end(record), limit);
    case "unknown":
      return () => value.name;
    case "int":
      if (value.isGuess === true) return (record) => String(value.get(record));
      return (record) => {
        const address = value.get(record);
        return address === 0 ? "(null)" : (stringAt(address) ?? `0x${BigInt.asUintN(64, BigInt(address)).toString(16)}`);
      };
  }
}

/** As a condition: memory and texts are pointers that are not NULL. */
export function truthOf(value: Value): (record: RecordBytes) => boolean {
  return value.kind === "int" ? (record) => value.get(record) !== 0 : () => true;
}
