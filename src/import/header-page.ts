/** How is a sub-buffer laid out on the recording kernel? From its `events/header_page`; never from the page size of any machine. */
import { ImportError } from "../base/index.ts";
import { parseField } from "./event-format.ts";

/** Sizes and offsets in bytes. */
export interface HeaderPage {
  readonly commitOffset: number;
  /** size of the kernel's `long` */
  readonly longSize: 4 | 8;
  readonly dataOffset: number;
  /** the whole sub-buffer */
  readonly pageSize: number;
}

/** buffer_subbuf_size_kb allows up to 128 system pages, of at most 64 KiB each. */
const MAX_PAGE = 128 * 65_536;

export function parseHeaderPage(text: string): HeaderPage {
  const fields = new Map(
    text.split("\n").flatMap((line) => {
      const field = parseField(line);
      return field === undefined ? [] : [[field.name, field] as const];
    }),
  );
  const [stamp, commit, data] = [fields.get("timestamp"), fields.get("commit"), fields.get("data")];
  const longSize = commit?.size;
  if (stamp?.offset !== 0 || stamp.size !== 8 || commit === undefined || data === undefined || (longSize !== 4 && longSize !== 8))
    throw new ImportError(
      "bad-header-page",
      "header_page does not describe time stamp, commit and data: the recording kernel is older than 2.6.31 or the file is damaged",
    );
  const [commitOffset, dataOffset, pageSize] = [commit.offset, data.offset, data.offset + data.size];
  const isPlausible =
    commitOffset >= 8 &&
    commitOffset % 4 === 0 &&
    dataOffset >= commitOffset + longSize &&
    dataOffset % 4 === 0 &&
    pageSize > dataOffset &&
    pageSize % 4 === 0 &&
    pageSize <= MAX_PAGE;
  if (!isPlausible)
    throw new ImportError("bad-header-page", `header_page describes sub-buffers of ${pageSize} bytes with data at ${dataOffset}, which no kernel has`);
  return { commitOffset, longSize, dataOffset, pageSize };
}
