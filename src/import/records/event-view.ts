/** How is each event of a recording shown? One view per event id, compiled when its first record comes. */
import { parseEventFormat, type EventFormat } from "../event-format.ts";
import { ImportError } from "../../base/index.ts";
import type { FieldValue } from "../importer.ts";
import { scalarOf } from "../print-fmt/field-value.ts";
import { compilePrintFmt, readFields, readInt, type RecordBytes } from "../print-fmt/index.ts";
import { builtInText, type BuiltInContext } from "./built-in-events.ts";
import type { BuiltInText } from "./built-in-text.ts";
import { asShown } from "./dynamic-events.ts";
import { syscallText } from "./syscall-text.ts";
import type { Learn, TaskNames } from "./task-names.ts";

export interface EventView {
  readonly system: string;
  readonly name: string;
  readonly common: CommonFields;
  readonly learn: Learn | undefined;
  fields(record: RecordBytes): (readonly [name: string, value: FieldValue])[];
  text(record: RecordBytes): string;
  /** the kernel's whole line when that is not `name: text` */
  body(record: RecordBytes): string | undefined;
}

export interface CommonFields {
  tid(record: RecordBytes): number;
  flags(record: RecordBytes): number;
  preemptCount(record: RecordBytes): number;
}

interface Declared {
  readonly system: string;
  readonly format: EventFormat;
}

export class EventViews {
  readonly #declared = new Map<number, Declared>();
  readonly #views: (EventView | undefined)[] = [];
  readonly #context: BuiltInContext;
  readonly #names: TaskNames;

  constructor(formats: readonly { readonly system: string; readonly text: string }[], context: BuiltInContext, names: TaskNames) {
    this.#context = context;
    this.#names = names;
    for (const { system, text } of formats) {
      try {
        const format = parseEventFormat(text);
        this.#declared.set(format.id, { system, format });
      } catch (error) {
        // its records are shown without their fields; the importer has told of it
        if (!(error instanceof ImportError)) throw error;
      }
    }
  }

  of(id: number): EventView {
    return (this.#views[id] ??= this.#make(id));
  }

  #make(id: number): EventView {
    const declared = this.#declared.get(id);
    if (declared === undefined) return this.#unknown(id);
    const { system, format } = declared;
    const builtIn = this.#builtIn(declared);
    const fields = readFields(format, this.#context, builtIn?.fields);
    const text = builtIn?.text ?? compilePrintFmt(asShown(system, format), this.#context).text;
    return {
      system,
      name: format.name,
      common: commonFields(format),
      learn: this.#names.learner(system, format, this.#context),
      fields,
      // a few events end their own text with a newline
      text: builtIn === undefined ? (record) => withoutNewline(text(record)) : text,
      body: bodyOf(builtIn),
    };
  }

  #builtIn({ system, format }: Declared): BuiltInText | undefined {
    if (system === "ftrace") return builtInText(format, this.#context);
    return system === "syscalls" ? syscallText(format, this.#context) : undefined;
  }

  #unknown(id: number): EventView {
    const first = this.#declared.values().next();
    return {
      system: "",
      name: `unknown:${id}`,
      // the common fields are the same in all formats of a kernel
      common: commonFields(first.done === true ? undefined : first.value.format),
      learn: undefined,
      fields: () => [],
      text: () => "",
      body: () => `Unknown type ${id}`,
    };
  }
}

const withoutNewline = (text: string): string => (text.endsWith("\n") ? text.slice(0, -1) : text);

function bodyOf(builtIn: BuiltInText | undefined): EventView["body"] {
  if (builtIn === undefined) return () => undefined;
  const { head, text } = builtIn;
  return head === undefined ? text : (record) => `${head(record)}: ${text(record)}`;
}

function commonFields(format: EventFormat | undefined): CommonFields {
  const reader = (name: string, missing: number): ((record: RecordBytes) => number) => {
    const field = format?.fields.find((each) => each.name === name);
    const type = field === undefined ? undefined : scalarOf(field, 8);
    if (field === undefined || type === undefined) return () => missing;
    const { offset } = field;
    return (record) => Number(readInt(record, record.at + offset, type));
  };
  return { tid: reader("common_pid", -1), flags: reader("common_flags", -1), preemptCount: reader("common_preempt_count", -1) };
}
