/** How is an argument shown by its conversion? lib/vsprintf.c, as trace_seq_printf uses it. */
import { constants } from "node:os";
import { bitListText, bitmapText, hexText, ip4Text, ip6Text, macText, socketText, uuidText } from "./address-text.ts";
import type { CompileContext } from "./context.ts";
import { type Int } from "./integers.ts";
import { argumentType, numberText, padText, pointerText, type Padding } from "./number-text.ts";
import { MAX_WIDTH, type Conversion } from "./printf-format.ts";
import { readInt, type RecordBytes } from "./record-bytes.ts";
import { bytesOf, textOf, type PlaceValue, type Value } from "./value.ts";

export type Renderer = (record: RecordBytes) => string;

/** `width` and `precision`: of `*`, compiled from the arguments. */
export function compileConversion(
  conversion: Conversion,
  value: Value,
  sizes: { readonly width: ((record: RecordBytes) => number) | undefined; readonly precision: ((record: RecordBytes) => number) | undefined },
  context: CompileContext,
): Renderer {
  const fixed: Padding = { width: numberOr(conversion.width, 0), precision: numberOr(conversion.precision, -1) };
  const isFixed = sizes.width === undefined && sizes.precision === undefined;
  const padding = isFixed
    ? () => fixed
    : (record: RecordBytes): Padding => ({
        width: clamp(sizes.width?.(record) ?? fixed.width),
        precision: clamp(sizes.precision?.(record) ?? fixed.precision),
      });
  switch (conversion.letter) {
    case "d":
    case "i":
    case "u":
    case "x":
    case "X":
    case "o":
      return compileNumber(conversion, value, padding, context);
    case "c": {
      if (value.kind !== "int") return compileText(conversion, value, padding, context);
      return (record) =>
        padText(String.fromCharCode(Number(BigInt.asUintN(8, BigInt(value.get(record))))), conversion.minus, { ...padding(record), precision: -1 });
    }
    case "s":
      return compileText(conversion, value, padding, context);
    case "p":
      return compilePointer(conversion, value, padding, context);
    default:
      return () => `%${conversion.letter}`;
  }
}

const numberOr = (size: Conversion["width"], fallback: number): number => (typeof size === "number" ? size : fallback);
const clamp = (size: number): number => Math.max(-MAX_WIDTH, Math.min(MAX_WIDTH, size));

function compileNumber(conversion: Conversion, value: Value, padding: (record: RecordBytes) => Padding, context: CompileContext): Renderer {
  if (value.kind !== "int") return compileText(conversion, value, padding, context);
  const type = argumentType(conversion, context.longSize);
  const isPlain = conversion.letter === "d" || conversion.letter === "u";
  const hasNoShape = isPlain && conversion.width === undefined && conversion.precision === undefined && !conversion.plus && !conversion.space;
  // the commonest case: the field's own type is no wider and no differently signed than the conversion takes
  const { bits, signed } = value.type;
  const fits = bits === type.bits ? signed === type.signed : bits < type.bits && (!signed || type.signed);
  if (hasNoShape && fits) return (record) => String(value.get(record));
  return (record) => {
    const { width, precision } = padding(record);
    // a negative width is the flag - and a width
    return numberText(value.get(record), width < 0 ? { ...conversion, minus: true } : conversion, type, { width: Math.abs(width), precision });
  };
}

function compileText(conversion: Conversion, value: Value, padding: (record: RecordBytes) => Padding, { stringAt }: CompileContext): Renderer {
  const get = textOf(value, stringAt);
  if (conversion.width === undefined && conversion.precision === undefined) return (record) => get(record);
  return (record) => {
    const { width, precision } = padding(record);
    return padText(get(record, precision < 0 ? undefined : precision), conversion.minus || width < 0, { width: Math.abs(width), precision });
  };
}

function compilePointer(conversion: Conversion, value: Value, padding: (record: RecordBytes) => Padding, context: CompileContext): Renderer {
  const { extension, minus } = conversion;
  const pad =
    (show: Renderer): Renderer =>
    (record) => {
      const { width } = padding(record);
      return padText(show(record), minus || width < 0, { width: Math.abs(width), precision: -1 });
    };
  if (value.kind === "place") {
    const show = placeText(extension, value, padding, context);
    if (show !== undefined) return "hb".includes(extension[0] ?? "-") ? show : pad(show);
    return () => "(array)";
  }
  if (value.kind !== "int") return pad(textOf(value, context.stringAt));
  const { symbols, longSize } = context;
  const letter = extension[0] ?? "";
  if ("SsFfB".includes(letter) && letter !== "") {
    const withOffset = letter !== "s" && letter !== "f";
    return pad((record) => symbols.textOf(value.get(record), { offset: withOffset, module: true, isReturnAddress: letter === "B" }));
  }
  if (letter === "e") return pad((record) => errorName(value.get(record)) ?? pointerText(value.get(record), conversion, longSize, 0));
  // what stands for something unknown must not look like an address
  if (value.isGuess === true) return (record) => `0x${value.get(record).toString(16)}`;
  return (record) => pointerText(value.get(record), conversion, longSize, Math.abs(padding(record).width));
}

/** What lies in the record itself; undefined for extensions that look elsewhere. */
function placeText(extension: string, place: PlaceValue, padding: (record: RecordBytes) => Padding, context: CompileContext): Renderer | undefined {
  const bytes =
    (size: number): ((record: RecordBytes) => Uint8Array) =>
    (record) =>
      bytesOf(place, record, size);
  // without a width `%ph` and `%pb` show one byte and no bit
  const width = (record: RecordBytes): number => Math.max(0, padding(record).width);
  if (/^[iI]4/.test(extension)) return (record) => ip4Text(bytes(4)(record), extension);
  if (/^[iI]6/.test(extension)) return (record) => ip6Text(bytes(16)(record), extension.slice(0, 3));
  if (/^[iI]S/.test(extension)) return (record) => socketText(bytesOf(place, record), extension, record.little);
  if (/^[mM]/.test(extension)) return (record) => macText(bytes(6)(record), extension);
  if (extension.startsWith("U")) return (record) => uuidText(bytes(16)(record), extension);
  if (extension.startsWith("h")) return (record) => hexText(bytesOf(place, record, Math.min(64, width(record) || 1)), extension);
  if (extension.startsWith("b")) {
    const show = extension.startsWith("bl") ? bitListText : bitmapText;
    const flip = context.little ? 0 : context.longSize - 1;
    return (record) => {
      const memory = bytesOf(place, record);
      return show((bit) => (((memory[(bit >> 3) ^ flip] ?? 0) >> (bit & 7)) & 1) === 1, Math.min(width(record), MAX_WIDTH));
    };
  }
  if (extension.startsWith("E")) return (record) => escaped(bytesOf(place, record, width(record) || 1));
  if (extension.startsWith("a")) return (record) => `0x${readInt(record, place.start(record), { bits: 64, signed: false }).toString(16).padStart(16, "0")}`;
  if (extension.startsWith("tT")) return (record) => timeText(Number(readInt(record, place.start(record), { bits: 64, signed: true })), extension);
  if (extension.startsWith("4cc")) return (record) => String.fromCharCode(...bytes(4)(record));
  return undefined;
}

/** CONFIG_SYMBOLIC_ERRNAME; of names with one number the kernel has these. */
const ALIASES: ReadonlySet<string> = new Set(["EWOULDBLOCK", "EDEADLOCK", "ENOTSUP"]);
const ERRORS: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno).flatMap(([name, number]) => (ALIASES.has(name) ? [] : [[number, name] as const])),
);

function errorName(value: Int): string | undefined {
  const name = ERRORS.get(-Number(BigInt.asIntN(64, BigInt(value))));
  return name === undefined ? undefined : `-${name}`;
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [10, "\\n"],
  [13, "\\r"],
  [9, "\\t"],
  [11, "\\v"],
  [12, "\\f"],
  [92, "\\\\"],
  [7, "\\a"],
  [27, "\\e"],
  [34, '\\"'],
  [0, "\\0"],
]);

/** string_escape_mem() with ESCAPE_ANY_NP: what can be printed stays, the rest is \n or octal. */
const escaped = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : (ESCAPES.get(byte) ?? `\\${byte.toString(8).padStart(3, "0")}`))).join(
    "",
  );

/** time64_t as ISO 8601 in UTC; d only the date, t only the time, s with a blank between. */
function timeText(seconds: number, extension: string): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return String(seconds);
  const [day = "", time = ""] = date.toISOString().slice(0, 19).split("T");
  const kind = extension[2];
  return kind === "d" ? day : kind === "t" ? time : `${day}${extension.includes("s") ? " " : "T"}${time}`;
}
