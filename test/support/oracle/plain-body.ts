/** What stands behind the event's name in the plain report, where that says something that -R does not: stacks, markers, the call graph. */
import type { FieldValue, TraceRecord } from "../../../src/import/importer.ts";
import type { KernelNames } from "./kernel-names.ts";
import { asBytes } from "./raw-value.ts";
import type { ReportText } from "./report-text.ts";

type Values = ReadonlyMap<string, FieldValue>;
type Body = (record: TraceRecord, values: Values, text: ReportText, names: KernelNames) => string | undefined;

export interface PlainBodies {
  /** undefined = the same. `text` is behind the record then. */
  take(record: TraceRecord, text: ReportText): string | undefined;
  /** The record is told in the line of the one before: a function that calls nothing is one line. */
  isToldBefore(record: TraceRecord): boolean;
  readonly compared: ReadonlySet<string>;
}

export function plainBodies(names: KernelNames): PlainBodies {
  let leaf: { readonly cpu: number; readonly func: FieldValue | undefined; readonly printed: string } | undefined;
  return {
    compared: new Set(Object.keys(BODIES)),
    take(record, text) {
      const body = BODIES[record.event];
      if (body === undefined) {
        skipLines(record, text);
        return undefined;
      }
      const values = new Map(record.fields());
      if (record.event === "funcgraph_entry" && /\);\s*(\/\*.*\*\/)?$/.test(text.rest()))
        leaf = { cpu: record.cpu, func: values.get("func"), printed: text.rest() };
      return body(record, values, text, names);
    },
    isToldBefore(record) {
      if (leaf === undefined) return false;
      const { cpu, func, printed } = leaf;
      leaf = undefined;
      const values = new Map(record.fields());
      if (record.event !== "funcgraph_exit" || record.cpu !== cpu || values.get("func") !== func) return false;
      return printed.includes(durationText(values));
    },
  };
}

/** Bodies are lines; texts in fields may have more of them. */
function skipLines(record: TraceRecord, text: ReportText): void {
  text.endLine();
  if (!record.fields().some(([, value]) => typeof value === "string" && value.includes("\n"))) return;
  // until a line looks like the next record
  while (!text.isAtEnd && !/^.{6,60} [[\d]/.test(text.rest())) text.endLine();
}

const BODIES: Readonly<Record<string, Body>> = {
  kernel_stack: (_, values, text, names) => {
    if (!text.take("<stack trace >\n")) return "stack";
    for (const address of list(values, "caller")) {
      const [, name = "", hex = ""] = /^=> (?:(.*) \()?([0-9a-f]+)\)?$/.exec(text.rest()) ?? [];
      if (BigInt(`0x${hex || "0"}`) !== address) return `stack entry ${address.toString(16)}`;
      if (name !== "" && !names.isNameOf(address, name)) return `stack entry ${address.toString(16)} by that name`;
      text.endLine();
    }
    return undefined;
  },
  user_stack: (_, values, text, names) => {
    const frames = list(values, "caller");
    // eight entries, told as the print fmt has them: addresses, or (in older kernels, by %ps) what kernel symbol such an address would have
    const printed: string[] = [];
    do {
      for (const [, entry = "0"] of text.rest().matchAll(/=> \(?([^\s()]+)?/g)) printed.push(entry);
      text.endLine();
    } while (/^\s*=> /.test(text.rest()));
    const wrong = frames.findIndex((address, index) => !isPlace(printed[index] ?? "", address, names));
    return wrong < 0 ? undefined : `user stack entry ${frames[wrong]?.toString(16)}`;
  },
  print: (_, values, text, names) => {
    const body = String(values.get("buf"));
    const symbol = /^(\S+): /.exec(text.rest());
    if (symbol === null || !isPlace(symbol[1] as string, BigInt(values.get("ip") as number), names)) return `marker by ${String(values.get("ip"))}`;
    text.at += symbol[0].length;
    return text.take(asBytes(body.endsWith("\n") ? body : `${body}\n`)) ? undefined : `marker ${JSON.stringify(body)}`;
  },
  raw_data: (_, values, text) => {
    const bytes = list(values, "buf").map((byte) => byte.toString(16).padStart(2, "0"));
    const body = `${["#", Number(values.get("id")).toString(16), ...bytes].join(" ")}\n`;
    return text.take(body) ? undefined : `raw marker ${body}`;
  },
  function: (_, values, text, names) => {
    // the caller is an option of the plugin, on in some versions and off in others
    const [, callee = "", caller] = /^\s*(\S+)(?: <-- (\S+))?\s*$/.exec(text.rest()) ?? [];
    if (!isPlace(callee, BigInt(values.get("ip") as number), names)) return "function";
    if (caller !== undefined && !isPlace(caller, BigInt(values.get("parent_ip") as number), names)) return "calling function";
    text.endLine();
    return undefined;
  },
  funcgraph_entry: (_, values, text, names) => {
    const [, indent = "", name = ""] = /\| {2}( *)(\S+?)\(.*\)( \{|;)/.exec(text.rest()) ?? [];
    if (!isPlace(name, BigInt(values.get("func") as number), names)) return `function ${String(values.get("func"))}`;
    if (indent.length !== 2 * Number(values.get("depth"))) return `depth ${String(values.get("depth"))}`;
    text.endLine();
    return undefined;
  },
  funcgraph_exit: (_, values, text) => {
    const line = text.rest();
    const [, indent = ""] = /\| {2}( *)\}/.exec(line) ?? [];
    if (indent.length !== 2 * Number(values.get("depth"))) return `depth ${String(values.get("depth"))}`;
    if (!line.includes(durationText(values))) return `duration ${durationText(values)}`;
    text.endLine();
    return undefined;
  },
};

const list = (values: Values, name: string): bigint[] => {
  const value = values.get(name);
  return Array.isArray(value) ? value.map((item: number | bigint) => BigInt.asUintN(64, BigInt(item))) : [];
};

/** A symbol of that address, or the address. */
const isPlace = (text: string, address: bigint, names: KernelNames): boolean =>
  names.isNameOf(BigInt.asUintN(64, address), text) || text.replace(/^(0x)?0*(?=.)/, "") === BigInt.asUintN(64, address).toString(16);

/** us with three decimals, as long as they are fewer than 7 digits. */
function durationText(values: Values): string {
  const ns = BigInt(values.get("rettime") as number) - BigInt(values.get("calltime") as number);
  const us = String(ns / 1000n);
  return us.length < 7
    ? ` ${us}.${String(ns % 1000n)
        .padStart(3, "0")
        .slice(0, 7 - us.length)}`
    : ` ${us}`;
}
