/** How does the kernel show accesses to devices' memory? In the lines of its mmiotrace tracer (kernel/trace/trace_mmiotrace.c), which alone records them. */
import type { RecordBytes } from "../print-fmt/index.ts";
import type { BuiltInText } from "./built-in-text.ts";
import type { FieldReader } from "./field-reader.ts";

/** include/linux/mmiotrace.h enum mm_io_opcode */
const OPCODE = { read: 1, write: 2, probe: 3, unprobe: 4, unknown: 5 } as const;

/** `time`: seconds of the record, as the kernel rounds them. */
export function mmioAccess(fields: FieldReader, time: () => string): BuiltInText {
  const [phys, value, pc, map] = ["phys", "value", "pc", "map_id"].map((name) => fields.int(name));
  const [opcode, width] = [fields.number("opcode"), fields.number("width")];
  return {
    head: () => "mmiotrace_rw",
    text: (record) => {
      const place = `${time()} ${map?.(record)} ${hexOf(phys, record)}`;
      const kind = opcode(record);
      if (kind === OPCODE.read || kind === OPCODE.write)
        return `${kind === OPCODE.read ? "R" : "W"} ${width(record)} ${place} ${hexOf(value, record)} ${hexOf(pc, record)} 0`;
      if (kind !== OPCODE.unknown) return "rw what?";
      const bytes = Number(BigInt.asUintN(24, BigInt(value?.(record) ?? 0)));
      return `UNKNOWN ${place} ${[16, 8, 0].map((shift) => ((bytes >> shift) & 255).toString(16).padStart(2, "0")).join(",")} ${hexOf(pc, record)} 0`;
    },
  };
}

export function mmioMapping(fields: FieldReader, time: () => string): BuiltInText {
  const [phys, virt, length, map] = ["phys", "virt", "len", "map_id"].map((name) => fields.int(name));
  const opcode = fields.number("opcode");
  return {
    head: () => "mmiotrace_map",
    text: (record) => {
      const kind = opcode(record);
      if (kind === OPCODE.probe) return `MAP ${time()} ${map?.(record)} ${hexOf(phys, record)} ${hexOf(virt, record)} ${hexOf(length, record)} 0x0 0`;
      return kind === OPCODE.unprobe ? `UNMAP ${time()} ${map?.(record)} 0x0 0` : "map what?";
    },
  };
}

const hexOf = (read: ((record: RecordBytes) => number | bigint) | undefined, record: RecordBytes): string =>
  `0x${BigInt.asUintN(64, BigInt(read?.(record) ?? 0)).toString(16)}`;
