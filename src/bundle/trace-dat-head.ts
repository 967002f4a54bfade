/**
 * What stands before the pages in a trace.dat v6? (trace-cmd.dat.v6(5))
 *
 *   17 08 44 "tracing" "6\0" endian long_size page_size
 *   "header_page\0" u64 text | "header_event\0" u64 text | ftrace formats | systems | kallsyms | printk | cmdlines | cpus
 *   "options  \0" {u16 id, u32 size, bytes}* u16 0
 *   "flyrecord\0" per CPU {u64 offset, u64 size} | u64 clock text            main buffer
 *   "flyrecord\0" per CPU {u64 offset, u64 size}                             each instance, where its BUFFER option says
 *   zeros up to a whole page, then the pages of every CPU of every buffer
 *
 * Little endian always: Node runs on no big-endian Linux that we support.
 */
import type { TraceDatMetadata } from "./trace-dat-types.ts";

const OPTION = { done: 0, cpuStat: 2, buffer: 3, traceClock: 4, uname: 5, cpuCount: 8, version: 9 } as const;

/** Sizes and statistics of one buffer: what the tables need, not the pages themselves. */
export interface BufferLayout {
  readonly name: string;
  /** bytes of each CPU's pages, index = CPU */
  readonly sizes: readonly number[];
  readonly stats: readonly string[];
}

export interface TraceDatLayout {
  /** everything up to the first page, one piece behind the other: the symbols alone are 5 MB of a 6.18 kernel, which are not copied to join them */
  readonly head: readonly Uint8Array[];
  /** place of each CPU's pages in the file, [buffer][cpu] */
  readonly offsets: readonly (readonly number[])[];
  readonly totalBytes: number;
}

export function layOutTraceDat(metadata: TraceDatMetadata, buffers: readonly BufferLayout[]): TraceDatLayout {
  const { cpus, pageSize } = metadata;
  const fixed = [...headers(metadata), ...formats(metadata), ...texts(metadata)];
  const clock = Buffer.concat(sized64(metadata.traceClock));
  const tableBytes = "flyrecord\0".length + cpus * 16;
  const instances = buffers.slice(1);
  // the options have the same length whatever offsets they name, so they are built twice
  const optionsBytes = options(
    metadata,
    buffers,
    instances.map(() => 0),
  ).length;
  const firstInstanceTable = lengthOf(fixed) + optionsBytes + tableBytes + clock.length;
  const tables = instances.map((_, index) => firstInstanceTable + index * tableBytes);
  const firstPage = roundUp(firstInstanceTable + instances.length * tableBytes, pageSize);

  let at = firstPage;
  const offsets = buffers.map(({ sizes }) =>
    Array.from({ length: cpus }, (_, cpu) => {
      const offset = at;
      at += roundUp(sizes[cpu] ?? 0, pageSize);
      return offset;
    }),
  );
  const table = (index: number): Buffer =>
    Buffer.concat([
      Buffer.from("flyrecord\0"),
      ...Array.from({ length: cpus }, (_, cpu) => Buffer.concat([u64(offsets[index]?.[cpu] ?? 0), u64(buffers[index]?.sizes[cpu] ?? 0)])),
    ]);
  const parts = [...fixed, options(metadata, buffers, tables), table(0), clock, ...instances.map((_, index) => table(index + 1))];
  return { head: [...parts, Buffer.alloc(firstPage - lengthOf(parts))], offsets, totalBytes: at };
}

const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);

function headers({ headerPage, headerEvent, longSize, pageSize }: TraceDatMetadata): Buffer[] {
  return [
    Buffer.from([0x17, 0x08, 0x44]),
    Buffer.from("tracing6\0"),
    Buffer.from([0, longSize]),
    u32(pageSize),
    Buffer.from("header_page\0"),
    ...sized64(headerPage),
    Buffer.from("header_event\0"),
    ...sized64(headerEvent),
  ];
}

function formats({ ftraceFormats, systems }: TraceDatMetadata): Buffer[] {
  return [
    u32(ftraceFormats.length),
    ...ftraceFormats.flatMap(sized64),
    u32(systems.length),
    ...systems.flatMap((system) => [Buffer.from(`${system.name}\0`), u32(system.formats.length), ...system.formats.flatMap(sized64)]),
  ];
}

function texts({ kallsyms, printkFormats, cmdlines, cpus }: TraceDatMetadata): Buffer[] {
  return [...sized32(kallsyms), ...sized32(printkFormats), ...sized64(cmdlines), u32(cpus)];
}

function options(metadata: TraceDatMetadata, buffers: readonly BufferLayout[], tables: readonly number[]): Buffer {
  const option = (id: number, data: Buffer): Buffer => Buffer.concat([u16(id), u32(data.length), data]);
  const text = (value: string): Buffer => Buffer.from(`${value}\0`);
  return Buffer.concat([
    Buffer.from("options  \0"),
    option(OPTION.traceClock, text(metadata.traceClock)),
    option(OPTION.uname, text(metadata.uname)),
    option(OPTION.version, text(metadata.version)),
    option(OPTION.cpuCount, u32(metadata.cpus)),
    ...buffers.flatMap(({ name, stats }) => [
      // trace-cmd writes the same line between the statistics of one buffer and the next
      ...(name === "" ? [] : [option(OPTION.cpuStat, text(`\nBuffer: ${name}\n\n`))]),
      ...stats.flatMap((stat, cpu) => (stat === "" ? [] : [option(OPTION.cpuStat, text(`CPU: ${cpu}\n${stat}`))])),
    ]),
    ...buffers.slice(1).map(({ name }, index) => option(OPTION.buffer, Buffer.concat([u64(tables[index] ?? 0), text(name)]))),
    u16(OPTION.done),
  ]);
}

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

function u16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

function u64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}

function sized32(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  return [u32(bytes.length), bytes];
}

function sized64(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  return [u64(bytes.length), bytes];
}
