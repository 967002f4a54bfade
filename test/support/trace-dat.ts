/** A whole trace.dat (version 6, trace-cmd.dat.v6(5)) in memory, from the types of the production writer. */
import type { TraceDatBuffer, TraceDatMetadata } from "../../src/bundle/index.ts";
import { FORMATS, HEADER_EVENT, headerPage, type FormatText } from "./formats.ts";

const OPTION = { cpuStat: 2, buffer: 3, traceClock: 4, uname: 5, cpuCount: 8, version: 9 } as const;

/** Metadata of a 6.18 machine; any part can be replaced. */
export function metadata(change: Partial<TraceDatMetadata> & { formats?: readonly FormatText[] } = {}): TraceDatMetadata {
  const { formats = FORMATS, ...rest } = change;
  const pageSize = rest.pageSize ?? 4096;
  const longSize = rest.longSize ?? 8;
  const systems = [...new Set(formats.map((format) => format.system))].filter((system) => system !== "ftrace");
  const of = (system: string): string[] => formats.filter((format) => format.system === system).map((format) => format.text);
  return {
    headerPage: headerPage(pageSize, longSize),
    headerEvent: HEADER_EVENT,
    ftraceFormats: of("ftrace"),
    systems: systems.map((name) => ({ name, formats: of(name) })),
    kallsyms: "",
    printkFormats: "",
    cmdlines: "",
    cpus: 1,
    longSize,
    pageSize,
    uname: "Linux test 6.18.0 x86_64",
    version: "stallscope test",
    traceClock: "local global [mono]",
    ...rest,
  };
}

/** `little: false` = recorded on a big-endian machine. */
export function traceDatBytes(meta: TraceDatMetadata, buffers: readonly TraceDatBuffer[], little = true): Uint8Array {
  const out = new Output(little);
  const [main, ...instances] = buffers;
  out
    .bytes([0x17, 0x08, 0x44])
    .text("tracing6\0")
    .bytes([little ? 0 : 1, meta.longSize])
    .u32(meta.pageSize);
  out.text("header_page\0").sized(meta.headerPage).text("header_event\0").sized(meta.headerEvent);
  out.u32(meta.ftraceFormats.length);
  for (const text of meta.ftraceFormats) out.sized(text);
  out.u32(meta.systems.length);
  for (const system of meta.systems) {
    out.text(`${system.name}\0`).u32(system.formats.length);
    for (const text of system.formats) out.sized(text);
  }
  for (const text of [meta.kallsyms, meta.printkFormats]) out.u32(utf8(text).length).text(text);
  out.sized(meta.cmdlines).u32(meta.cpus);
  out.text("options  \0").option(OPTION.traceClock, meta.traceClock).option(OPTION.uname, `${meta.uname}\0`).option(OPTION.version, `${meta.version}\0`);
  out.u16(OPTION.cpuCount).u32(4).u32(meta.cpus);
  for (const stats of main?.stats ?? []) out.option(OPTION.cpuStat, stats);
  const offsets = instances.map(({ name }) => {
    const size = utf8(name).length + 1;
    const place = out
      .u16(OPTION.buffer)
      .u32(8 + size)
      .reserve(8);
    out.text(`${name}\0`);
    return place;
  });
  out.u16(0);
  writeBuffer(out, main, meta, true);
  instances.forEach((instance, index) => {
    out.patch(offsets[index] as number, out.length);
    writeBuffer(out, instance, meta, false);
  });
  return out.result();
}

function writeBuffer(out: Output, buffer: TraceDatBuffer | undefined, meta: TraceDatMetadata, withClock: boolean): void {
  out.text("flyrecord\0");
  const table = out.reserve(16 * meta.cpus);
  if (withClock) out.sized(meta.traceClock);
  for (let cpu = 0; cpu < meta.cpus; cpu++) {
    const pages = buffer?.perCpu[cpu];
    out.align(meta.pageSize);
    out.patch(table + 16 * cpu, out.length);
    if (pages?.kind !== "bytes") continue;
    out.patch(table + 16 * cpu + 8, pages.bytes.length);
    out.bytes(pages.bytes);
  }
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Bytes that grow, in the byte order of the recording machine. */
export class Output {
  length = 0;
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  readonly #little: boolean;

  constructor(little: boolean) {
    this.#little = little;
  }

  reserve(size: number): number {
    const at = this.length;
    this.length += size;
    if (this.length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }

  bytes(values: ArrayLike<number>): this {
    const at = this.reserve(values.length);
    this.#bytes.set(values, at);
    return this;
  }

  text(text: string): this {
    return this.bytes(utf8(text));
  }

  sized(text: string): this {
    const bytes = utf8(text);
    this.patch(this.reserve(8), bytes.length);
    return this.bytes(bytes);
  }

  option(id: number, text: string): this {
    const bytes = utf8(text);
    return this.u16(id).u32(bytes.length).bytes(bytes);
  }

  u16(value: number): this {
    const at = this.reserve(2);
    this.#view.setUint16(at, value, this.#little);
    return this;
  }

  u32(value: number): this {
    const at = this.reserve(4);
    this.#view.setUint32(at, value, this.#little);
    return this;
  }

  /** A u64 at a place reserved before. */
  patch(at: number, value: number): void {
    this.#view.setBigUint64(at, BigInt(value), this.#little);
  }

  align(size: number): void {
    this.reserve((size - (this.length % size)) % size);
  }

  result(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }
}
