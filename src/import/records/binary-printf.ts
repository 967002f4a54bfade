/**
 * What did trace_printk write? `bprint` keeps the format's address and the arguments as vbin_printf() packed them; they are
 * taken out as bstr_printf() does (lib/vsprintf.c): int and shorter aligned to their size, 64 bits to 4 bytes, chars and
 * strings as they come, what %pI4 and the like point at already as text.
 */
import type { KernelContext } from "../print-fmt/context.ts";
import { argumentType, numberText, padText } from "../print-fmt/number-text.ts";
import { compileConversion } from "../print-fmt/conversion.ts";
import { longType } from "../print-fmt/c-types.ts";
import { MAX_WIDTH, parseFormat, type Conversion } from "../print-fmt/printf-format.ts";
import { readInt, readText, type RecordBytes } from "../print-fmt/record-bytes.ts";
import { constantInt } from "../print-fmt/value.ts";

/** Of %p only these are worked out when the text is read. */
const LATE_POINTER = /^([SsxKeFfB]|$)/;

/** `at`: first byte of the arguments. */
export function binaryPrintf(format: string, record: RecordBytes, at: number, kernel: KernelContext): string {
  const reader = new ArgumentReader(record, at);
  return parseFormat(format)
    .map((piece) => (piece.kind === "text" ? piece.text : show(piece.conversion, reader, record, kernel)))
    .join("");
}

class ArgumentReader {
  readonly #record: RecordBytes;
  readonly #begin: number;
  #at: number;

  constructor(record: RecordBytes, at: number) {
    this.#record = record;
    this.#begin = at;
    this.#at = at;
  }

  int(type: { bits: 8 | 16 | 32 | 64; signed: boolean }): number | bigint {
    const size = type.bits / 8;
    const align = Math.min(size, 4);
    const at = this.#begin + Math.ceil((this.#at - this.#begin) / align) * align;
    this.#at = at + size;
    return readInt(this.#record, at, type);
  }

  text(): string {
    const { bytes, end } = this.#record;
    const at = Math.min(this.#at, end);
    let stop = at;
    while (stop < end && bytes[stop] !== 0) stop++;
    this.#at = stop + 1;
    return readText(this.#record, at, stop);
  }
}

function show(conversion: Conversion, reader: ArgumentReader, record: RecordBytes, kernel: KernelContext): string {
  const size = (given: Conversion["width"], fallback: number): number =>
    given === "argument" ? Math.max(-MAX_WIDTH, Math.min(MAX_WIDTH, Number(reader.int({ bits: 32, signed: true })))) : (given ?? fallback);
  const width = size(conversion.width, 0);
  const precision = size(conversion.precision, -1);
  const minus = conversion.minus || width < 0;
  const padding = { width: Math.abs(width), precision };
  switch (conversion.letter) {
    case "s":
      return padText(reader.text(), minus, padding);
    case "c":
      return padText(String.fromCharCode(Number(reader.int({ bits: 8, signed: false }))), minus, { ...padding, precision: -1 });
    case "p": {
      if (!LATE_POINTER.test(conversion.extension)) return reader.text();
      const type = longType(kernel.longSize, false);
      const fixed = { ...conversion, minus, width: padding.width };
      const context = { ...kernel, fields: new Map(), budget: { left: 0 } };
      return compileConversion(fixed, constantInt(type, reader.int(type)), { width: undefined, precision: undefined }, context)(record);
    }
    default: {
      const type = argumentType(conversion, kernel.longSize);
      return numberText(reader.int(type), { ...conversion, minus }, type, padding);
    }
  }
}
