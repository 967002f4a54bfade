/** trace.dat files to break: pages, heads, format texts and tables of versions 6 and 7, packed and not, of both byte orders. */
import { readFileSync } from "node:fs";
import type { TraceDatBuffer } from "../../src/bundle/index.ts";
import { traceDatImporter } from "../../src/import/trace-dat-importer.ts";
import { memoryFile } from "../../src/import/trace-file.ts";
import { FORMATS } from "../support/formats.ts";
import { writePages, type WrittenEvent } from "../support/ring-buffer-writer.ts";
import { STORED_ZSTD, traceDatV7Bytes, ZLIB, type V7Options } from "../support/trace-dat-v7.ts";
import { metadata, traceDatBytes } from "../support/trace-dat.ts";
import type { Corpus } from "./corpus.ts";
import { mutateBytes, mutateTextWithin } from "./mutate.ts";
import { checkRecords, checkTrace } from "./promises.ts";

interface Seed {
  readonly bytes: Uint8Array;
  /** where the texts are and the pages begin, in files that are not packed */
  readonly texts: readonly { readonly from: number; readonly to: number }[];
  readonly pages: number;
}

const EVENTS = ["sched_switch", "sched_waking", "print", "irq_handler_entry", "kernel_stack"];
const printed = FORMATS.filter(({ name }) => EVENTS.includes(name));
const unprinted = printed.map((format) => ({ ...format, text: format.text.replace(/print fmt:.*/s, 'print fmt: ""\n') }));

/** Two CPUs in the main buffer and one in a second, sub-buffers of 256 bytes: 5 to 9 kB. */
export function smallTraceDat(options: { version: 6 | 7; little?: boolean; longSize?: 4 | 8; withPrintFmt?: boolean } & V7Options): Uint8Array {
  const { little = true, longSize = 8 } = options;
  const formats = options.withPrintFmt === true ? printed : unprinted;
  const shape = { pageSize: 256, longSize, little };
  const events = (cpu: number): WrittenEvent[] => [
    { cpu, timeNs: 5, event: "print", tid: 7, fields: { buf: "stallscope request begin id=0\n" } },
    ...Array.from({ length: 4 }, (_, index): WrittenEvent => {
      const timeNs = 100 + index * 200_000_000;
      return index % 2 === 0
        ? { cpu, timeNs, event: "sched_switch", tid: 7, fields: { prev_comm: "a", prev_pid: 7, prev_state: 1, next_comm: "b", next_pid: 8 } }
        : { cpu, timeNs, event: "sched_waking", tid: 8, fields: { comm: "a", pid: 7, target_cpu: cpu } };
    }),
    { cpu, timeNs: 10 ** 9, event: "irq_handler_entry", tid: 7, fields: { irq: 5, name: "eth0" } },
    { cpu, timeNs: 10 ** 9 + 1, event: "kernel_stack", tid: 7, fields: { caller: [0xffffffff81000000n, 0xffffffff81000100n] } },
  ];
  const pages = writePages([...events(0), ...events(1)], { cpus: 2, base: 5_000_000_000n, shape, formats, losses: [{ cpu: 1, beforeNs: 300, count: 3 }] });
  const perCpu = pages.map((bytes) => ({ kind: "bytes" as const, bytes }));
  const buffers: TraceDatBuffer[] = [
    { name: "", stats: ["CPU: 1\nentries: 3\noverrun: 3\n"], perCpu },
    { name: "deep", stats: [], perCpu: perCpu.slice(0, 1) },
  ];
  const description = metadata({ cpus: 2, pageSize: 256, longSize, formats, kallsyms: "ffffffff81000000 T schedule\n", cmdlines: "7 a\n8 b\n" });
  return options.version === 6 ? traceDatBytes(description, buffers, little) : traceDatV7Bytes(description, buffers, options);
}

const u64s = (...values: bigint[]): Uint8Array => new Uint8Array(BigUint64Array.from(values).buffer);
const shift = Uint8Array.from(
  Buffer.concat([u64s(1n, (2n << 32n) | 1n), Uint8Array.of(2, 0, 0, 0), u64s(0n, 10n ** 9n, 5n, 7n, 1n, 1n), Uint8Array.of(0, 0, 0, 0)]),
);

function seeds(): Seed[] {
  const plain = [
    smallTraceDat({ version: 6 }),
    smallTraceDat({ version: 6, little: false }),
    smallTraceDat({ version: 6, little: false, longSize: 4 }),
    smallTraceDat({ version: 6, withPrintFmt: true }),
    smallTraceDat({ version: 7, withUnknown: true }),
    smallTraceDat({
      version: 7,
      extra: [
        { id: 12, data: shift },
        { id: 14, data: u64s((31n << 32n) | (1n << 30n), 0n) },
      ],
      text: { name: "", text: "# tracer: irqsoff\n" },
    }),
  ];
  const packed = [
    smallTraceDat({ version: 7, packing: ZLIB, pagesPerBlock: 1 }),
    smallTraceDat({ version: 7, packing: STORED_ZSTD, pagesPerBlock: 2, little: false }),
    readFileSync("test/traces/trace-cmd-v7-zstd.dat"),
  ];
  return [
    ...plain.map((bytes): Seed => ({ bytes, texts: textsOf(bytes), pages: bytes.length - 256 * 9 })),
    ...packed.map((bytes): Seed => ({ bytes, texts: [], pages: 0 })),
  ];
}

/** header_page and every format text. */
function textsOf(bytes: Uint8Array): { from: number; to: number }[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  return [...text.matchAll(/\tfield: u64 timestamp.*?size:\d+;\tsigned:0;\n(?=header_event)|name: \w+\nID: .*?print fmt: .*?\n(?=[\0-\x08])/gs)].map(
    (match) => ({
      from: match.index,
      to: match.index + match[0].length,
    }),
  );
}

export function traceDatCorpora(): Corpus[] {
  const all = seeds();
  const unpacked = all.filter(({ pages }) => pages > 0);
  const read = (bytes: Uint8Array): void => {
    const recording = traceDatImporter.open(memoryFile(bytes, "fuzzed.dat"), {});
    checkTrace(recording.trace());
    if (bytes.length % 4 === 0)
      checkRecords(recording.records(), recording.parts?.buffers.reduce((sum, { cpus }) => cpus.reduce((all, { size }) => all + size, sum), 0) ?? 0);
  };
  return [
    {
      name: "trace.dat pages",
      read,
      make(random) {
        const { bytes, pages } = random.pick(unpacked);
        return mutateBytes(random, bytes, { from: pages });
      },
    },
    { name: "trace.dat anywhere", read, make: (random) => mutateBytes(random, random.pick(all).bytes) },
    {
      name: "trace.dat format texts",
      read,
      make(random) {
        const { bytes, texts } = random.pick(unpacked);
        return mutateTextWithin(random, bytes, random.pick(texts));
      },
    },
    {
      name: "trace.dat cut off",
      read,
      make(random) {
        const { bytes } = random.pick(all);
        return bytes.subarray(0, random.below(bytes.length));
      },
    },
  ];
}
