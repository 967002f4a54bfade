/** Are these the fields of the record, as `trace-cmd report -R` prints them: ` name=value name=value`? */
import type { FieldValue, TraceRecord } from "../../../src/import/importer.ts";
import { RawField, type RawContext } from "./raw-value.ts";
import type { ReportText } from "./report-text.ts";

/**
 * Arrays of a length that only the record knows. -R prints as many bytes as the format has, perhaps those behind the record;
 * the beginning is compared here, the plain report has them in full.
 */
const OPEN: ReadonlySet<string> = new Set(["kernel_stack.caller", "user_stack.caller", "raw_data.buf", "bprint.buf", "function.args", "funcgraph_entry.args"]);

export class RawRecords {
  fields = 0;
  readonly #context: RawContext;
  readonly #events = new Map<string, RawField[]>();

  constructor(context: RawContext) {
    this.#context = context;
  }

  /** undefined = the same; else which field is not. */
  take({ system, event }: TraceRecord, values: readonly (readonly [name: string, value: FieldValue])[], text: ReportText): string | undefined {
    text.take("[FAILED TO PARSE]");
    const key = `${system}:${event}`;
    let fields = this.#events.get(key);
    if (fields === undefined) {
      fields = values.map(() => new RawField(this.#context));
      this.#events.set(key, fields);
    }
    let last: FieldValue = "";
    for (let index = 0; index < values.length; index++) {
      const [name, value] = values[index] as (typeof values)[number];
      // a conversion may have filled the field with blanks
      while (text.text.charCodeAt(text.at) === 32 && text.text.charCodeAt(text.at + 1) === 32) text.at++;
      if (!text.take(` ${name}=`)) return `field ${name}`;
      if (!(fields[index] as RawField).take(value, text, OPEN.has(`${event}.${name}`))) return `field ${name}: ${shown(value)}`;
      last = value;
    }
    this.fields += values.length;
    return endOfRecord(last, text);
  }
}

/** The newline that a marker ends with is the line's, too. */
function endOfRecord(last: FieldValue, text: ReportText): string | undefined {
  if (typeof last === "string" && last.endsWith("\n") && text.text.charCodeAt(text.at - 1) === 10) return undefined;
  text.skipBlanks();
  return text.take("\n") || text.isAtEnd ? undefined : "end of the record";
}

const shown = (value: FieldValue): string => (typeof value === "object" ? `[${value.slice(0, 8).join(", ")}]` : JSON.stringify(String(value)).slice(0, 200));
