/** Which conversions does a format string ask for? The kernel's own grammar (lib/vsprintf.c format_decode, Documentation/core-api/printk-formats.rst). */

export interface Conversion {
  readonly minus: boolean;
  readonly plus: boolean;
  readonly space: boolean;
  readonly hash: boolean;
  readonly zero: boolean;
  /** "argument": from an argument, `*` */
  readonly width: number | "argument" | undefined;
  readonly precision: number | "argument" | undefined;
  /** "" h hh l ll z t */
  readonly length: string;
  /** d i u x X o c s p */
  readonly letter: string;
  /** of %p: letters and digits behind it, as many as the kernel takes */
  readonly extension: string;
}

export type FormatPiece = { readonly kind: "text"; readonly text: string } | { readonly kind: "conversion"; readonly conversion: Conversion };

/** A field wider than this is hostile: the kernel's own line has 8192 bytes. */
export const MAX_WIDTH = 4096;

const CONVERSION = /%([-+ #0]*)(\*|\d{1,9})?(\.(?:\*|-?\d{1,9})?)?(hh|ll|[hlLzZtqj])?([a-zA-Z%])/y;
/** vsnprintf() swallows every letter and digit behind %p, whatever it makes of them. */
const EXTENSION = /[a-zA-Z0-9]{0,32}/y;

export function parseFormat(format: string): FormatPiece[] {
  const pieces: FormatPiece[] = [];
  let text = "";
  for (let at = 0; at < format.length;) {
    const next = format.indexOf("%", at);
    if (next < 0) {
      text += format.slice(at);
      break;
    }
    text += format.slice(at, next);
    CONVERSION.lastIndex = next;
    const match = CONVERSION.exec(format);
    if (match === null || match[5] === "%") {
      // both %% and a % that begins nothing are a percent sign
      text += "%";
      at = match === null ? next + 1 : CONVERSION.lastIndex;
      continue;
    }
    if (text !== "") pieces.push({ kind: "text", text });
    text = "";
    EXTENSION.lastIndex = CONVERSION.lastIndex;
    const conversion = readConversion(match, match[5] === "p" ? (EXTENSION.exec(format)?.[0] ?? "") : "");
    at = CONVERSION.lastIndex + conversion.extension.length;
    pieces.push({ kind: "conversion", conversion });
  }
  if (text !== "") pieces.push({ kind: "text", text });
  return pieces;
}

function readConversion([, flags = "", width, precision, length = "", letter = ""]: RegExpExecArray, extension: string): Conversion {
  return {
    minus: flags.includes("-"),
    plus: flags.includes("+"),
    space: flags.includes(" "),
    hash: flags.includes("#"),
    zero: flags.includes("0"),
    width: width === undefined ? undefined : width === "*" ? "argument" : Math.min(Number(width), MAX_WIDTH),
    precision: precision === undefined ? undefined : precision === ".*" ? "argument" : Math.min(Math.max(0, Number(precision.slice(1) || "0")), MAX_WIDTH),
    length: length === "L" || length === "q" || length === "j" ? "ll" : length === "Z" ? "z" : length,
    letter,
    extension,
  };
}
