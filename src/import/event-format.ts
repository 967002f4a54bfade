/** What does a record of an event look like? Parses the kernel's `format` files (grammar: Documentation/trace/events.rst, kernel/trace/trace_events.c f_show). */
import { ImportError } from "../base/index.ts";

export interface FormatField {
  readonly name: string;
  /** C type text without the name, e.g. `unsigned long`, `char` */
  readonly type: string;
  readonly offset: number;
  readonly size: number;
  readonly signed: boolean;
  readonly location: "inline" | "data_loc" | "rel_loc";
  /** inline arrays only; undefined = no array, 0 = to the end of the record */
  readonly arrayLength: number | undefined;
}

export interface EventFormat {
  readonly name: string;
  readonly id: number;
  /** in the order of the file; the common ones first */
  readonly fields: readonly FormatField[];
  /** what stands behind `print fmt: `: C, see print-fmt/ */
  readonly printFmt: string;
}

const FIELD = /^\s*field(?: special)?:(.*?);\s*offset:(\d+);\s*size:(\d+);(?:\s*signed:([01]);)?/;
const PRINT_FMT = "\nprint fmt:";
/** Above any real one (the longest of a 6.18 kernel are 4840 and 107 characters): longer ones are damage. */
const MAX_PRINT_FMT = 1 << 16;
const MAX_FIELD_LINE = 1024;
/** common_type and the offset of a __data_loc have 16 bits */
const MAX_U16 = 0xffff;

/** Throws ImportError for a text without name or ID. Lines that are no fields are passed over. */
export function parseEventFormat(text: string): EventFormat {
  let name = "";
  let id = -1;
  const fields: FormatField[] = [];
  const begin = text.indexOf(PRINT_FMT);
  const printFmt = begin < 0 ? "" : text.slice(begin + PRINT_FMT.length, begin + PRINT_FMT.length + MAX_PRINT_FMT).trim();
  for (const line of (begin < 0 ? text : text.slice(0, begin)).split("\n")) {
    if (line.startsWith("name: ")) name = line.slice(6).trim();
    else if (/^ID: \d+$/.test(line)) id = Number(line.slice(4));
    else {
      const field = parseField(line);
      if (field !== undefined) fields.push(field);
    }
  }
  if (name === "" || id < 0 || id > MAX_U16)
    throw new ImportError("bad-format", `an event format has no name or no valid ID: ${JSON.stringify(text.slice(0, 60))}`);
  return { name, id, fields, printFmt };
}

/** One `field:` line; undefined for any other text, and for a place that no record can have. */
export function parseField(line: string): FormatField | undefined {
  const match = line.length > MAX_FIELD_LINE ? null : FIELD.exec(line);
  if (match === null) return undefined;
  const [, declaration = "", offsetText = "", sizeText = "", signed] = match;
  const [offset, size] = [Number(offsetText), Number(sizeText)];
  if (offset > MAX_U16 || size > 1 << 20) return undefined;
  let rest = declaration.trim();
  let location: FormatField["location"] = "inline";
  if (rest.startsWith("__data_loc ")) location = "data_loc";
  else if (rest.startsWith("__rel_loc ")) location = "rel_loc";
  rest = rest.replace(/^__(data|rel)_loc /, "");
  let arrayLength: number | undefined;
  const array = /\[([^\]]*)\]$/.exec(rest);
  if (array !== null) {
    // the length may be an expression such as TASK_COMM_LEN: then only the size tells
    arrayLength = array[1] === "" ? 0 : /^\d+$/.test(array[1] as string) ? Number(array[1]) : size;
    rest = rest.slice(0, array.index);
  }
  const identifier = /([A-Za-z_]\w*)\s*$/.exec(rest);
  if (identifier === null) return undefined;
  const type = rest
    .slice(0, identifier.index)
    .replace(/\[[^\]]*\]\s*$/, "")
    .trim();
  return {
    name: identifier[1] as string,
    type,
    offset,
    size,
    location,
    // kernels before 2.6.35 do not say
    signed: signed === undefined ? !/unsigned|\bu\d+\b|\*/.test(type) : signed === "1",
    arrayLength: location === "inline" ? arrayLength : undefined,
  };
}
