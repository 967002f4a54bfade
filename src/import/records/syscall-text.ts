/** How does the kernel show system calls? `sys_read(fd: 3, buf: 7f..., count: 10)`, not by their print fmt (kernel/trace/trace_syscalls.c). */
import type { EventFormat } from "../event-format.ts";
import { FieldReader } from "./field-reader.ts";
import { isKernelSince } from "./kernel-release.ts";
import type { BuiltInContext } from "./built-in-events.ts";
import type { BuiltInText } from "./built-in-text.ts";

const ENTER = "sys_enter_";
const EXIT = "sys_exit_";

/** undefined for what is named or built otherwise. */
export function syscallText(format: EventFormat, context: BuiltInContext): BuiltInText | undefined {
  const { name } = format;
  const fields = new FieldReader(format, context);
  if (name.startsWith(EXIT)) {
    const result = fields.int("ret");
    const call = `sys_${name.slice(EXIT.length)}`;
    return fields.isMissing ? undefined : { text: (record) => `${call} -> 0x${hex(result(record))}` };
  }
  if (!name.startsWith(ENTER)) return undefined;
  const call = `sys_${name.slice(ENTER.length)}`;
  const args = format.fields
    .filter((field) => !field.name.startsWith("common_") && field.name !== "__syscall_nr" && field.name !== "nr")
    .map((field) => [field.name, fields.int(field.name)] as const);
  if (fields.isMissing) return undefined;
  // since 6.18 numbers of more than one digit are marked as hexadecimal
  const show = isKernelSince(context.uname, 6, 18) ? marked : hex;
  return { text: (record) => `${call}(${args.map(([arg, value]) => `${arg}: ${show(value(record))}`).join(", ")})` };
}

const marked = (value: number | bigint): string => (value >= 0 && value <= 9 ? hex(value) : `0x${hex(value)}`);
const hex = (value: number | bigint): string => BigInt.asUintN(64, BigInt(value)).toString(16);
