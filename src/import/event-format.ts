/** What does a record of an event look like? Parses the kernel's `format` files and `header_page` (grammar: Documentation/trace/events.rst). */
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
  readonly fields: readonly FormatField[];
}

const FIELD = /^\s*field(?: special)?:(.*?);\s*offset:(\d+);\s*size:(\d+);(?:\s*signed:([01]);)?/;

export function parseEventFormat(text: string): EventFormat {
  let name = "";
  let id = -1;
  const fields: FormatField[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("name: ")) name = line.slice(6).trim();
    else if (line.startsWith("ID: ")) id = Number(line.slice(4));
    else if (line.startsWith("print fmt:")) break;
    else {
      const field = parseField(line);
      if (field !== undefined) fields.push(field);
    }
  }
  if (name === "" || !Number.isInteger(id) || id < 0 || id > 0xffff) throw new ImportError("bad-format", `an event format has no name or no valid ID: ${JSON.stringify(text.slice(0, 60))}`);
  return { name, id, fields };
}

function parseField(line: string): FormatField | undefined {
  const match = FIELD.exec(line);
  if (match === null) return undefined;
  const [, declaration = "", offset = "", size = "", signed] = match;
  let rest = declaration.trim();
  let location: FormatField["location"] = "inline";
  if (rest.startsWith("__data_loc ")) location = "data_loc";
  else if (rest.startsWith("__rel_loc ")) location = "rel_loc";
  rest = rest.replace(/^__(data|rel)_loc /, "");
  let arrayLength: number | undefined;
  const array = /\[([^\]]*)\]$/.exec(rest);
  if (array !== null) {
    arrayLength = Number(array[1] === "" ? 0 : array[1]);
    if (!Number.isInteger(arrayLength)) arrayLength = Number(size);
    rest = rest.slice(0, array.index);
  }
  const identifier = /([A-Za-z_]\w*)\s*$/.exec(rest);
  if (identifier === null) return undefined;
  return {
    name: identifier[1] as string,
    type: rest.slice(0, identifier.index).replace(/\[\]$/, "").trim(),
    offset: Number(offset), size: Number(size), signed: signed === "1", location,
    arrayLength: location === "inline" ? arrayLength : undefined,
  };
}

/** Sub-buffer layout, from `events/header_page`. Sizes and offsets in bytes. */
export interface HeaderPage {
  readonly commitOffset: number;
  /** size of the kernel's `long` */
  readonly longSize: 4 | 8;
  readonly dataOffset: number;
  readonly pageSize: number;
}

export function parseHeaderPage(text: string): HeaderPage {
  const fields = new Map(text.split("\n").flatMap((line) => {
    const field = parseField(line);
    return field === undefined ? [] : [[field.name, field] as const];
  }));
  const commit = fields.get("commit");
  const data = fields.get("data");
  const longSize = commit?.size;
  if (commit === undefined || data === undefined || (longSize !== 4 && longSize !== 8)) throw new ImportError("bad-header-page", "header_page does not describe commit and data: the recording kernel is too old or the file is damaged");
  const pageSize = data.offset + data.size;
  if (pageSize < 64 || pageSize > 1 << 20 || data.offset % 4 !== 0) throw new ImportError("bad-header-page", `header_page describes sub-buffers of ${pageSize} bytes`);
  return { commitOffset: commit.offset, longSize, dataOffset: data.offset, pageSize };
}
