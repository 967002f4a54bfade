/**
 * What does the kernel print for a record of an event? Its `print fmt` becomes closures once; no code is generated.
 * A text that cannot be understood, or asks for what a recording does not hold, gives the fields instead.
 */
import type { EventFormat } from "../event-format.ts";
import { compileExpression } from "./compile-expression.ts";
import type { CompileContext, KernelContext } from "./context.ts";
import { compileConversion, type Renderer } from "./conversion.ts";
import { fieldsText } from "./fields-text.ts";
import { parsePrintFmt } from "./parse.ts";
import { parseFormat } from "./printf-format.ts";
import type { RecordBytes } from "./record-bytes.ts";
import { PrintFmtError } from "./tokens.ts";
import type { Value } from "./value.ts";

export interface RecordText {
  readonly text: Renderer;
  /** why the fields are shown instead; undefined = the format was understood */
  readonly problem: string | undefined;
}

/** The kernel's own line has 8192 bytes (TRACE_SEQ_BUFFER_SIZE); longer ones are cut here, there they are dropped. */
const MAX_TEXT = 1 << 16;
const MAX_EXPRESSIONS = 20_000;

export function compilePrintFmt(format: EventFormat, kernel: KernelContext): RecordText {
  const context: CompileContext = { ...kernel, fields: new Map(format.fields.map((field) => [field.name, field])), budget: { left: MAX_EXPRESSIONS } };
  try {
    return { text: joined(compilePieces(format.printFmt, context)), problem: undefined };
  } catch (error) {
    if (!(error instanceof PrintFmtError)) throw error;
    return { text: fieldsText(format, kernel), problem: error.message };
  }
}

function compilePieces(text: string, context: CompileContext): (string | Renderer)[] {
  const { format, args } = parsePrintFmt(text, context.longSize);
  let next = 0;
  const take = (): Value => {
    const argument = args[next++];
    // the kernel would print what happens to be on its stack
    return argument === undefined ? { kind: "unknown", name: "?" } : compileExpression(argument, context);
  };
  const size = (): ((record: RecordBytes) => number) => {
    const value = take();
    return value.kind === "int" ? (record) => Number(BigInt.asIntN(32, BigInt(value.get(record)))) : () => 0;
  };
  return parseFormat(format).map((piece) => {
    if (piece.kind === "text") return piece.text;
    const { conversion } = piece;
    const width = conversion.width === "argument" ? size() : undefined;
    const precision = conversion.precision === "argument" ? size() : undefined;
    return compileConversion(conversion, take(), { width, precision }, context);
  });
}

function joined(pieces: readonly (string | Renderer)[]): Renderer {
  return (record) => {
    let text = "";
    for (const piece of pieces) {
      text += typeof piece === "string" ? piece : piece(record);
      if (text.length > MAX_TEXT) return text.slice(0, MAX_TEXT);
    }
    return text;
  };
}
