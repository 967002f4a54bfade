/** A record of made-up fields, laid out here and not by the code under test, and what its print fmt gives. */
import { parseEventFormat, type EventFormat } from "../event-format.ts";
import { parseKernelSymbols } from "../symbols.ts";
import type { KernelContext } from "./context.ts";
import { compilePrintFmt } from "./print-fmt.ts";
import type { RecordBytes } from "./record-bytes.ts";

/** declaration -> value; arrays of numbers fill `T name[N]`, bytes and texts fill `__data_loc` and `__rel_loc` */
export type Fields = Readonly<Record<string, number | bigint | string | readonly (number | bigint)[] | Uint8Array>>;

const SIZES: Readonly<Record<string, number>> = {
  char: 1,
  u8: 1,
  s8: 1,
  bool: 1,
  u16: 2,
  s16: 2,
  short: 2,
  u32: 4,
  s32: 4,
  int: 4,
  u64: 8,
  s64: 8,
  long: 8,
  "void *": 8,
};

export const SYMBOLS = `ffffffff81000000 T _stext
ffffffff81000100 t schedule
ffffffff81000180 T vfs_read
ffffffff81000200 T vfs_write
ffffffffc0a00000 t e1000_poll\t[e1000]
ffffffffc0a00100 t e1000_xmit\t[e1000]
`;

export const KERNEL: KernelContext = {
  longSize: 8,
  little: true,
  symbols: parseKernelSymbols(SYMBOLS),
  stringAt: (address) => (address === 0xffffffff82000000n ? "rcu_sched" : undefined),
  hz: 250,
};

export function lay(fields: Fields, printFmt: string, little = true): { format: EventFormat; record: RecordBytes } {
  const bytes = new Uint8Array(1024);
  const view = new DataView(bytes.buffer);
  const lines: string[] = [];
  let at = 8;
  let tail = 512;
  const put = (place: number, size: number, value: number | bigint): void => {
    const bits = BigInt.asUintN(64, BigInt(value));
    for (let byte = 0; byte < size; byte++) bytes[place + (little ? byte : size - 1 - byte)] = Number((bits >> BigInt(8 * byte)) & 0xffn);
  };
  for (const [declaration, value] of Object.entries(fields)) {
    const located = /^__(data|rel)_loc /.exec(declaration);
    const type = declaration.replace(/^__(data|rel)_loc /, "").replace(/\s*\w+(\[\d*\])?$/, "");
    const element = SIZES[type.replace("[]", "").replace(/^unsigned /, "")] ?? 8;
    const count = Number(/\[(\d+)\]$/.exec(declaration)?.[1] ?? 1);
    const size = located === null ? element * count : 4;
    at = Math.ceil(at / Math.min(8, located === null ? element : 4)) * Math.min(8, located === null ? element : 4);
    lines.push(`\tfield:${declaration};\toffset:${at};\tsize:${size};\tsigned:${/^(s\d|int|long|short)/.test(type) ? 1 : 0};`);
    const content = typeof value === "string" ? new TextEncoder().encode(`${value}\0`) : value;
    if (located !== null) {
      const data = content instanceof Uint8Array ? content : new Uint8Array();
      bytes.set(data, tail);
      put(at, 4, (data.length << 16) | (located[1] === "rel" ? tail - at - 4 : tail));
      tail += data.length;
    } else if (typeof content === "object" && !(content instanceof Uint8Array)) content.forEach((each, index) => put(at + index * element, element, each));
    else if (content instanceof Uint8Array) bytes.set(content.subarray(0, size), at);
    else put(at, size, content);
    at += size;
  }
  const text = `name: made_up\nID: 7\nformat:\n\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n${lines.join("\n")}\n\nprint fmt: ${printFmt}\n`;
  return { format: parseEventFormat(text), record: { bytes, view, little, at: 0, end: tail } };
}

/** What the kernel would print. */
export function shown(printFmt: string, fields: Fields = {}, kernel: Partial<KernelContext> = {}): string {
  const { format, record } = lay(fields, printFmt, kernel.little ?? true);
  const { text, problem } = compilePrintFmt(format, { ...KERNEL, ...kernel });
  if (problem !== undefined) throw new Error(problem);
  return text(record);
}
