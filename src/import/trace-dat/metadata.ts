/** What do the parts before the events say? Texts of tracefs and /proc, laid out the same in versions 6 and 7. */
import { ImportError } from "../../base/index.ts";
import type { ByteReader } from "../byte-reader.ts";
import { parseHeaderPage, type HeaderPage } from "../header-page.ts";

/** common_type has 16 bits: there are no more events. */
const MAX_FORMATS = 65_536;

export interface HeaderInfo {
  readonly headerPage: HeaderPage;
  readonly headerPageText: string;
  readonly headerEventText: string;
}

export interface FormatText {
  readonly system: string;
  readonly text: string;
}

export function readHeaderInfo(reader: ByteReader): HeaderInfo {
  reader.expect("header_page\0", "no-header-page", "header_page is missing");
  const size = reader.u64("the size of header_page");
  const { file, offset } = reader;
  const headerPageText = reader.text(size, "header_page");
  const headerPage = parseAt(headerPageText, { file, offset });
  reader.expect("header_event\0", "no-header-event", "header_event is missing");
  return { headerPage, headerPageText, headerEventText: reader.text(reader.u64("the size of header_event"), "header_event") };
}

/** Whoever parses a text does not know where it is. */
function parseAt(text: string, place: { file: string; offset: number }): HeaderPage {
  try {
    return parseHeaderPage(text);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    throw new ImportError(error.code, error.message, { ...place, cause: error });
  }
}

export const readFtraceFormats = (reader: ByteReader): FormatText[] => readFormats(reader, "ftrace", reader.u32("the number of ftrace formats"), 0);

export function readEventFormats(reader: ByteReader): FormatText[] {
  const formats: FormatText[] = [];
  const systems = reader.u32("the number of event systems");
  for (let index = 0; index < systems; index++) {
    const system = reader.cString("the name of an event system");
    formats.push(...readFormats(reader, system, reader.u32("the number of event formats"), formats.length));
  }
  return formats;
}

function readFormats(reader: ByteReader, system: string, count: number, before: number): FormatText[] {
  if (count + before > MAX_FORMATS)
    throw new ImportError("bad-count", `the file says that the event system ${JSON.stringify(system.slice(0, 40))} has ${count} events`, {
      file: reader.file,
      offset: reader.offset,
    });
  return Array.from({ length: count }, () => ({ system, text: reader.text(reader.u64("the size of an event format"), "an event format") }));
}

export const readKallsyms = (reader: ByteReader): string => reader.text(reader.u32("the size of kallsyms"), "kallsyms");
export const readPrintkFormats = (reader: ByteReader): string => reader.text(reader.u32("the size of printk_formats"), "printk_formats");
export const readCmdlines = (reader: ByteReader): string =>
  new TextDecoder().decode(reader.slice(reader.u64("the size of the command lines"), "the command lines"));
