/** What does a record say when its print fmt is of no use? Its fields by name, numbers as the kernel's option `fields` has them. */
import type { EventFormat } from "../event-format.ts";
import type { KernelContext } from "./context.ts";
import type { Renderer } from "./conversion.ts";
import { readFields, type FieldContent } from "./read-fields.ts";

export function fieldsText(format: EventFormat, kernel: KernelContext): Renderer {
  const read = readFields(format, kernel);
  return (record) =>
    read(record)
      .map(([name, value]) => `${name}=${contentText(value)}`)
      .join(" ");
}

function contentText(value: FieldContent): string {
  if (typeof value === "string") return value;
  if (typeof value === "object") return `{${value.map((each) => `0x${BigInt.asUintN(64, BigInt(each)).toString(16)}`).join(",")}}`;
  return String(value);
}
