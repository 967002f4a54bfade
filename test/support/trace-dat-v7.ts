/** A whole trace.dat of version 7 (trace-cmd.dat.v7(5)) in memory, from the same data as one of version 6. */
import { deflateSync } from "node:zlib";
import type { TraceDatBuffer, TraceDatMetadata } from "../../src/bundle/index.ts";
import { Output, utf8 } from "./trace-dat.ts";

export interface Packing {
  readonly name: string;
  readonly version: string;
  readonly pack: (bytes: Uint8Array) => Uint8Array;
}

export const ZLIB: Packing = { name: "zlib", version: "1.3.1", pack: (bytes) => deflateSync(bytes) };
/** Frames of zstd that store bytes as they are: every Node can write them. Really packed ones are in test/traces. */
export const STORED_ZSTD: Packing = { name: "zstd", version: "1.5.4", pack: storeAsZstd };

export interface V7Options {
  /** undefined = none */
  readonly packing?: Packing;
  readonly little?: boolean;
  /** sub-buffers in one packed block */
  readonly pagesPerBlock?: number;
  /** size of a sub-buffer as each buffer's option says it; the metadata's when missing */
  readonly pageSizes?: readonly number[];
  /** what the tables say of packed data is 4 too small, as early writers did */
  readonly shortSizes?: boolean;
  /** a latency tracer's text */
  readonly text?: { readonly name: string; readonly text: string };
  /** options of any id, put into the first section */
  readonly extra?: readonly { readonly id: number; readonly data: Uint8Array }[];
  /** sections of a kind that nobody knows, in between */
  readonly withUnknown?: boolean;
}

const OPTION = { cpuStat: 2, buffer: 3, traceClock: 4, uname: 5, cpuCount: 8, version: 9, bufferText: 22 } as const;
const UNKNOWN = 77;

export function traceDatV7Bytes(meta: TraceDatMetadata, buffers: readonly TraceDatBuffer[], options: V7Options = {}): Uint8Array {
  const { packing, little = true, extra = [] } = options;
  const out = new Output(little);
  const writer = new SectionWriter(out, packing);
  out
    .bytes([0x17, 0x08, 0x44])
    .text("tracing7\0")
    .bytes([little ? 0 : 1, meta.longSize])
    .u32(meta.pageSize)
    .text(`${packing?.name ?? "none"}\0${packing?.version ?? ""}\0`);
  const chain = new OptionChain(out, out.reserve(8));
  const part = (fill: (body: Output) => void): Uint8Array => {
    const body = new Output(little);
    fill(body);
    return body.result();
  };
  const list = (body: Output, texts: readonly string[]): void => {
    body.u32(texts.length);
    for (const text of texts) body.sized(text);
  };
  if (options.withUnknown === true) writer.section(UNKNOWN, utf8("nobody knows"));
  const places = [
    { id: 16, body: part((body) => body.text("header_page\0").sized(meta.headerPage).text("header_event\0").sized(meta.headerEvent)) },
    { id: 17, body: part((body) => list(body, meta.ftraceFormats)) },
    {
      id: 18,
      body: part((body) => {
        body.u32(meta.systems.length);
        for (const { name, formats } of meta.systems) {
          body.text(`${name}\0`);
          list(body, formats);
        }
      }),
    },
    { id: 19, body: part((body) => body.u32(utf8(meta.kallsyms).length).text(meta.kallsyms)) },
    { id: 20, body: part((body) => body.u32(utf8(meta.printkFormats).length).text(meta.printkFormats)) },
    { id: 21, body: part((body) => body.sized(meta.cmdlines)) },
  ].map(({ id, body }) => ({ id, offset: writer.section(id, body) }));
  chain.section((body) => {
    body.option(OPTION.traceClock, meta.traceClock).option(OPTION.uname, `${meta.uname}\0`).option(OPTION.version, `${meta.version}\0`);
    body.u16(OPTION.cpuCount).u32(4).u32(meta.cpus);
    for (const stats of buffers[0]?.stats ?? []) body.option(OPTION.cpuStat, stats);
    for (const { id, data } of extra) body.u16(id).u32(data.length).bytes(data);
    if (options.withUnknown === true) body.option(UNKNOWN, "nobody knows");
  });
  chain.section((body) => {
    for (const { id, offset } of places) {
      body.u16(id).u32(8);
      body.patch(body.reserve(8), offset);
    }
  });
  const clock = /\[(.*)\]/.exec(meta.traceClock)?.[1] ?? "";
  buffers.forEach((buffer, index) => {
    const pageSize = options.pageSizes?.[index] ?? meta.pageSize;
    const { offset, cpus } = writer.buffer(buffer, meta.pageSize, options);
    chain.section((body) => {
      const option = part((data) => {
        data.patch(data.reserve(8), offset);
        data.text(`${buffer.name}\0${clock}\0`).u32(pageSize).u32(cpus.length);
        for (const { cpu, at, size } of cpus) {
          data.u32(cpu);
          data.patch(data.reserve(8), at);
          data.patch(data.reserve(8), size);
        }
      });
      body.u16(OPTION.buffer).u32(option.length).bytes(option);
    });
  });
  if (options.text !== undefined) {
    const { name, text } = options.text;
    const offset = writer.text(utf8(text));
    chain.section((body) => {
      const option = part((data) => {
        data.patch(data.reserve(8), offset);
        data.text(`${name}\0${clock}\0`);
      });
      body.u16(OPTION.bufferText).u32(option.length).bytes(option);
    });
  }
  return out.result();
}

/** Sections of options, each ended by the place of the next. */
class OptionChain {
  readonly #out: Output;
  /** where the place of the next section goes */
  #link: number;

  constructor(out: Output, link: number) {
    this.#out = out;
    this.#link = link;
  }

  section(fill: (body: Output) => void): void {
    const out = this.#out;
    out.patch(this.#link, out.length);
    out.u16(0).u16(0).u32(0xffffffff);
    const size = out.reserve(8);
    const begin = out.length;
    fill(out);
    out.u16(0).u32(8);
    this.#link = out.reserve(8);
    out.patch(size, out.length - begin);
  }
}

class SectionWriter {
  readonly #out: Output;
  readonly #packing: Packing | undefined;

  constructor(out: Output, packing: Packing | undefined) {
    this.#out = out;
    this.#packing = packing;
  }

  /** Gives its place. */
  section(id: number, body: Uint8Array): number {
    const out = this.#out;
    const packed = this.#packing?.pack(body);
    const offset = this.#head(id, packed === undefined ? body.length : packed.length + 8);
    if (packed === undefined) out.bytes(body);
    else out.u32(packed.length).u32(body.length).bytes(packed);
    return offset;
  }

  buffer(
    buffer: TraceDatBuffer,
    pageSize: number,
    { pagesPerBlock = 10, shortSizes = false }: V7Options,
  ): { offset: number; cpus: { cpu: number; at: number; size: number }[] } {
    const out = this.#out;
    const offset = this.#head(3, 0);
    const begin = out.length;
    const cpus = buffer.perCpu.flatMap((pages, cpu) => {
      if (pages.kind !== "bytes" || pages.bytes.length === 0) return [];
      out.align(pageSize);
      const at = out.length;
      if (this.#packing === undefined) out.bytes(pages.bytes);
      else this.#blocks(pages.bytes, pageSize * pagesPerBlock, this.#packing);
      return [{ cpu, at, size: out.length - at - (shortSizes ? 4 : 0) }];
    });
    out.patch(begin - 8, out.length - begin);
    return { offset, cpus };
  }

  text(text: Uint8Array): number {
    const out = this.#out;
    const offset = this.#head(22, 0);
    const begin = out.length;
    if (this.#packing === undefined) out.bytes(text);
    else this.#blocks(text, 1000, this.#packing);
    out.patch(begin - 8, out.length - begin);
    return offset;
  }

  #blocks(bytes: Uint8Array, step: number, packing: Packing): void {
    this.#out.u32(Math.ceil(bytes.length / step));
    for (let at = 0; at < bytes.length; at += step) {
      const block = bytes.subarray(at, at + step);
      const packed = packing.pack(block);
      this.#out.u32(packed.length).u32(block.length).bytes(packed);
    }
  }

  #head(id: number, size: number): number {
    const out = this.#out;
    const offset = out.length;
    out
      .u16(id)
      .u16(this.#packing === undefined ? 0 : 1)
      .u32(0xffffffff);
    out.patch(out.reserve(8), size);
    return offset;
  }
}

/** RFC 8878: a frame without length, of blocks of type "raw". */
function storeAsZstd(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x38)];
  for (let at = 0; at === 0 || at < bytes.length; at += 131_072) {
    const block = bytes.subarray(at, at + 131_072);
    const header = (block.length << 3) | Number(at + 131_072 >= bytes.length);
    parts.push(Uint8Array.of(header & 255, (header >> 8) & 255, header >> 16), block);
  }
  return Uint8Array.from(Buffer.concat(parts));
}
