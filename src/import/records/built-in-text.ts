/** How is a record of an event of ftrace itself shown? */
import type { RecordBytes } from "../print-fmt/index.ts";
import type { ReadField } from "../print-fmt/read-fields.ts";

export interface BuiltInText {
  text(record: RecordBytes): string;
  /** what stands before `: text`; undefined = nothing, the text is the whole line */
  head?(record: RecordBytes): string;
  /** fields whose content the format does not tell */
  readonly fields?: ReadonlyMap<string, ReadField>;
}
