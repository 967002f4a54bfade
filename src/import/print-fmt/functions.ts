/** Which helpers may a print fmt call? Those of include/trace/stages/stage3_trace_output.h and kernel/trace/trace_output.c, and the macros that formats keep. */
import { S64, U32, U64, type IntType } from "./c-types.ts";
import type { CompileContext } from "./context.ts";
import { locatedLength, placeOfField } from "./field-value.ts";
import { bitmapText, hexText } from "./address-text.ts";
import { arrayText, flagsText, hexDumpText, symbolicText, type TableEntry } from "./helper-text.ts";
import { canonical, unsigned64, wrap, type Int } from "./integers.ts";
import type { RecordBytes } from "./record-bytes.ts";
import type { Argument, Expression } from "./syntax.ts";
import { PrintFmtError } from "./tokens.ts";
import { bytesOf, constantInt, intValue, textOf, textValue, type IntValue, type PlaceValue, type Value } from "./value.ts";

type Call = Expression & { readonly kind: "call" };

interface Arguments {
  readonly call: Call;
  readonly context: CompileContext;
  value(index: number): Value;
  int(index: number): IntValue;
  place(index: number): PlaceValue;
  text(index: number): (record: RecordBytes) => string;
  /** located data that the argument names */
  located(index: number): PlaceValue;
  table(from: number): TableEntry[];
}

export function callFunction(call: Call, context: CompileContext, compile: (expression: Expression) => Value): Value {
  const known = Object.hasOwn(FUNCTIONS, call.name) ? FUNCTIONS[call.name] : undefined;
  const args = argumentsOf(call, context, compile);
  return known === undefined ? unknownCall(args) : known(args);
}

const FUNCTIONS: Readonly<Record<string, (args: Arguments) => Value>> = {
  __print_flags: printFlags,
  __print_flags_u64: printFlags,
  __print_symbolic: printSymbolic,
  __print_symbolic_u64: printSymbolic,
  __print_hex: (args) => printHex(args, "h"),
  __print_hex_str: (args) => printHex(args, "hN"),
  __print_array: (args) => {
    const [place, count, size] = [args.place(0), args.int(1), args.int(2)];
    return textValue((record) => arrayText(place, record, Number(count.get(record)), Number(size.get(record))));
  },
  __print_dynamic_array: (args) => {
    const [place, size] = [args.located(0), args.int(1)];
    return textValue((record) => {
      const bytes = Number(size.get(record));
      return arrayText(place, record, Math.floor((place.end(record) - place.start(record)) / Math.max(1, bytes)), bytes);
    });
  },
  __print_hex_dump: (args) => {
    const [prefix, type, rowSize, groupSize, place, length, ascii] = [
      args.text(0),
      args.value(1),
      args.int(2),
      args.int(3),
      args.place(4),
      args.int(5),
      args.int(6),
    ];
    const shape = (record: RecordBytes) => ({
      prefix: prefix(record),
      hasOffset: type.kind === "int" && type.get(record) === 2,
      rowSize: Number(rowSize.get(record)),
      groupSize: Number(groupSize.get(record)),
      ascii: ascii.get(record) !== 0,
    });
    return textValue((record) => hexDumpText(bytesOf(place, record, Number(length.get(record))), record.little, shape(record)));
  },
  __get_str: (args) => text(args.located(0)),
  __get_rel_str: (args) => text(args.located(0)),
  __get_dynamic_array: (args) => args.located(0),
  __get_rel_dynamic_array: (args) => args.located(0),
  __get_dynamic_array_len: arrayLength,
  __get_rel_dynamic_array_len: arrayLength,
  __get_sockaddr: (args) => args.located(0),
  __get_rel_sockaddr: (args) => args.located(0),
  __get_sockaddr_rel: (args) => args.located(0),
  __get_bitmask: printBitmask,
  __get_rel_bitmask: printBitmask,
  __get_cpumask: printBitmask,
  __get_rel_cpumask: printBitmask,
  __print_ns_to_secs: (args) => divided(args, (ns) => ns / 1_000_000_000n, U64),
  __print_ns_without_secs: (args) => divided(args, (ns) => ns % 1_000_000_000n, U32),
  jiffies_to_msecs: (args) => jiffies(args, 1000n, U32),
  jiffies_to_usecs: (args) => jiffies(args, 1_000_000n, U32),
  jiffies_to_nsecs: (args) => jiffies(args, 1_000_000_000n, U64),
  __builtin_expect: (args) => args.value(0),
  __builtin_choose_expr: (args) => {
    const test = args.value(0);
    return test.kind === "int" && test.constant === 0 ? args.value(2) : args.value(1);
  },
  __builtin_constant_p: (args) => {
    const value = args.value(0);
    return constantInt(U32, value.kind === "text" || (value.kind === "int" && value.constant !== undefined) ? 1 : 0);
  },
  likely: (args) => args.value(0),
  unlikely: (args) => args.value(0),
  IS_ERR_VALUE: (args) => mapped(args.int(0), U32, (value) => (unsigned64(value) >= 0xffff_ffff_ffff_f001n ? 1 : 0)),
  PTR_ERR_OR_ZERO: (args) => mapped(args.int(0), S64, (value) => (unsigned64(value) >= 0xffff_ffff_ffff_f001n ? wrap(value, S64) : 0)),
  __builtin_bswap16: (args) => swapped(args, 16, true),
  __builtin_bswap32: (args) => swapped(args, 32, true),
  __builtin_bswap64: (args) => swapped(args, 64, true),
  ...Object.fromEntries(
    (["16", "32", "64"] as const).flatMap((bits) =>
      ["", "__"].flatMap((prefix) => [
        [`${prefix}be${bits}_to_cpu`, (args: Arguments) => swapped(args, Number(bits) as 16 | 32 | 64, args.context.little)],
        [`${prefix}le${bits}_to_cpu`, (args: Arguments) => swapped(args, Number(bits) as 16 | 32 | 64, !args.context.little)],
      ]),
    ),
  ),
  ntohs: (args) => swapped(args, 16, args.context.little),
  ntohl: (args) => swapped(args, 32, args.context.little),
};

function argumentsOf(call: Call, context: CompileContext, compile: (expression: Expression) => Value): Arguments {
  const fail = (what: string): never => {
    throw new PrintFmtError(`${call.name}: ${what}`);
  };
  const expressionAt = (index: number): Expression => {
    const argument = call.args[index];
    return argument?.kind === "expression" ? argument.value : fail(`argument ${index} is missing`);
  };
  const value = (index: number): Value => compile(expressionAt(index));
  return {
    call,
    context,
    value,
    int: (index) => {
      const given = value(index);
      return given.kind === "int" ? given : fail(`argument ${index} is no number`);
    },
    place: (index) => {
      const given = value(index);
      return given.kind === "place" ? given : fail(`argument ${index} is no memory of the record`);
    },
    text: (index) => textOf(value(index), context.stringAt),
    located: (index) => {
      const argument = expressionAt(index);
      const field = argument.kind === "name" || argument.kind === "field" ? context.fields.get(argument.name) : undefined;
      return field === undefined ? fail(`argument ${index} is no field`) : placeOfField(field, context);
    },
    table: (from) => call.args.slice(from).flatMap((argument) => tableEntry(argument, context, compile)),
  };
}

/** Entries whose number nobody knows can never match, and are left out; so is the `{ 0, NULL }` at the end of some tables. */
function tableEntry(argument: Argument, context: CompileContext, compile: (expression: Expression) => Value): TableEntry[] {
  if (argument.kind !== "list") return [];
  const [key, name] = argument.values;
  if (key === undefined || name === undefined) return [];
  const [keyValue, nameValue] = [compile(key), compile(name)];
  if (keyValue.kind !== "int" || keyValue.isGuess === true || (nameValue.kind === "int" && nameValue.constant === 0)) return [];
  const constant = keyValue.constant;
  return [
    {
      key: constant === undefined ? (record) => unsigned64(keyValue.get(record)) : unsigned64(constant),
      name: textOf(nameValue, context.stringAt),
    },
  ];
}

/** What a place holds is shown up to its NUL; `__get_str(x)[0]` looks at its bytes. */
const text = (place: PlaceValue): PlaceValue => ({ ...place, element: { bits: 8, signed: true } });

function printFlags(args: Arguments): Value {
  const [value, delimiter, table] = [args.value(0), args.text(1), args.table(2)];
  if (value.kind !== "int") return value;
  return textValue((record) => flagsText(unsigned64(value.get(record)), delimiter(record), table, record));
}

function printSymbolic(args: Arguments): Value {
  const [value, table] = [args.value(0), args.table(1)];
  if (value.kind !== "int") return value;
  return textValue((record) => symbolicText(unsigned64(value.get(record)), table, record));
}

function printHex(args: Arguments, extension: string): Value {
  const [place, length] = [args.place(0), args.int(1)];
  return textValue((record) => {
    const bytes = bytesOf(place, record, Number(length.get(record)));
    const parts: string[] = [];
    for (let at = 0; at < bytes.length; at += 64) parts.push(hexText(bytes.subarray(at, at + 64), extension));
    return parts.join(extension === "h" ? " " : "");
  });
}

function arrayLength(args: Arguments): Value {
  const argument = args.call.args[0];
  const field = argument?.kind === "expression" && argument.value.kind === "name" ? args.context.fields.get(argument.value.name) : undefined;
  if (field === undefined) throw new PrintFmtError("the length of no field");
  return intValue({ bits: 32, signed: true }, locatedLength(field, args.context));
}

function printBitmask(args: Arguments): Value {
  const place = args.located(0);
  const flip = args.context.little ? 0 : args.context.longSize - 1;
  return textValue((record) => {
    const bytes = bytesOf(place, record);
    return bitmapText((bit) => (((bytes[(bit >> 3) ^ flip] ?? 0) >> (bit & 7)) & 1) === 1, bytes.length * 8);
  });
}

function mapped(value: IntValue, type: IntType, change: (value: Int) => Int): IntValue {
  if (value.constant !== undefined) return { ...value, ...constantInt(type, change(value.constant)) };
  return { ...value, type, get: (record) => change(value.get(record)) };
}

const divided = (args: Arguments, change: (ns: bigint) => bigint, type: IntType): Value =>
  mapped(args.int(0), type, (value) => wrap(canonical(change(unsigned64(value))), type));

/** Without the recording machine's HZ the number stays what was recorded. */
function jiffies(args: Arguments, perSecond: bigint, type: IntType): Value {
  const { hz } = args.context;
  const value = args.int(0);
  return hz === undefined ? { ...value, isGuess: true } : mapped(value, type, (count) => wrap(canonical((unsigned64(count) * perSecond) / BigInt(hz)), type));
}

function swapped(args: Arguments, bits: 16 | 32 | 64, isNeeded: boolean): Value {
  const type: IntType = { bits, signed: false };
  return mapped(args.int(0), type, (value) => {
    const own = BigInt(wrap(value, type));
    if (!isNeeded) return canonical(own);
    let result = 0n;
    for (let byte = 0n; byte < BigInt(bits); byte += 8n) result = (result << 8n) | ((own >> byte) & 0xffn);
    return canonical(result);
  });
}

/** A function of the kernel's own: what it was given is shown instead of what it would have made of it. */
function unknownCall(args: Arguments): Value {
  for (let index = 0; index < args.call.args.length; index++) {
    if (args.call.args[index]?.kind !== "expression") continue;
    const value = args.value(index);
    if (value.kind === "int") return { ...value, isGuess: true };
    if (value.kind === "text") return value;
    if (value.kind === "place") return textValue((record) => hexText(bytesOf(value, record), "hN"));
  }
  return { kind: "unknown", name: args.call.name };
}
