/** Pages of all buffers and CPUs to event tables: decoded per CPU, then merged by (time, cpu). */
import { StringTable, timeNs } from "../base/index.ts";
import { EVENT_SPECS, type EventTable, type ImportProblem, type LostEvents } from "../trace/index.ts";
import { ByteStrings } from "./byte-strings.ts";
import { parseEventFormat, type EventFormat } from "./event-format.ts";
import { commonOffsets, makeDecoder, minimumSize, type DecodeRecord, type RecordSource } from "./record-decoder.ts";
import { walkPages } from "./ring-buffer/walk-pages.ts";
import { StackTable } from "./stack-table.ts";
import { columnsOf, TableBuilder, type DecodedColumn } from "./table-builder.ts";
import { mergeByTime } from "./merge-tables.ts";
import type { TraceDatParts } from "./trace-dat/v6.ts";

export interface Decoded {
  readonly base: bigint;
  readonly strings: StringTable;
  readonly stacks: readonly Float64Array[];
  readonly tables: ReadonlyMap<string, EventTable>;
  readonly counts: ReadonlyMap<string, { readonly perCpu: Float64Array }>;
  readonly lost: readonly LostEvents[];
  readonly problems: readonly ImportProblem[];
  readonly end: number;
}

interface Plan {
  readonly name: string;
  readonly columns: readonly DecodedColumn[];
  readonly decode: DecodeRecord;
  readonly minimum: number;
}

/** Events whose rows come from every buffer that has them; any other belongs to the first buffer that holds rows of it. */
const FROM_ALL_BUFFERS = new Set(["print", "kernel_stack"]);

export function decodeBuffers(bytes: Uint8Array, parts: TraceDatParts, options: { codeGeneration: boolean }): Decoded {
  const problems: ImportProblem[] = [...parts.problems];
  const { names, plans } = planDecoders(parts, options, problems);
  const memory = aligned(bytes);
  const base = earliestStamp(memory.view, parts);
  const strings = new StringTable();
  const stacks = new StackTable();
  const source: RecordSource = { bytes: memory.bytes, view: memory.view, u32: memory.u32, strings: new ByteStrings(strings), stacks, longSize: parts.headerPage.longSize, baseLow: Number(base & 0xffffffffn), baseHigh: Number(base >> 32n) };
  const counts = new Map<string, { perCpu: Float64Array }>();
  const lost: LostEvents[] = [];
  /** event name -> per buffer -> per CPU */
  const built = new Map<string, (TableBuilder | undefined)[][]>();
  let end = 0;
  parts.buffers.forEach((buffer, bufferIndex) => {
    for (const range of buffer.cpus) {
      const perId: (TableBuilder | undefined)[] = [];
      const perIdCount = new Float64Array(65_536);
      let last = 0;
      walkPages(memory.u32, memory.bytes, range.offset, range.offset + range.size, parts.headerPage, source.baseLow, source.baseHigh, {
        record(id, at, size, time) {
          perIdCount[id] = (perIdCount[id] as number) + 1;
          last = time;
          const plan = plans[id];
          if (plan === undefined) return;
          if (size < plan.minimum) {
            problems.push({ code: "short-record", message: `a record of ${plan.name} is only ${size} bytes long`, cpu: range.cpu, offset: at });
            return;
          }
          let builder = perId[id];
          if (builder === undefined) {
            builder = new TableBuilder(plan.columns.map((column) => column.storage));
            perId[id] = builder;
          }
          plan.decode(source, builder, at, size, time);
        },
        lost(to, count) {
          lost.push({ cpu: range.cpu, from: timeNs(last), to: timeNs(to), count, buffer: buffer.name });
        },
        corrupt(at, what) {
          problems.push({ code: "corrupt-page", message: what, cpu: range.cpu, offset: at });
          lost.push({ cpu: range.cpu, from: timeNs(last), to: timeNs(last + 1), count: undefined, buffer: buffer.name });
        },
      });
      if (range.truncated) lost.push({ cpu: range.cpu, from: timeNs(last), to: timeNs(Number.MAX_SAFE_INTEGER), count: undefined, buffer: buffer.name });
      end = Math.max(end, last);
      perIdCount.forEach((count, id) => {
        if (count === 0) return;
        const name = names.get(id) ?? `unknown:${id}`;
        const entry = counts.get(name) ?? { perCpu: new Float64Array(parts.cpus) };
        counts.set(name, entry);
        entry.perCpu[range.cpu] = (entry.perCpu[range.cpu] as number) + count;
      });
      perId.forEach((builder, id) => {
        const plan = plans[id];
        if (builder === undefined || plan === undefined) return;
        const buffers = built.get(plan.name) ?? [];
        built.set(plan.name, buffers);
        (buffers[bufferIndex] ??= [])[range.cpu] = builder;
      });
    }
  });
  const tables = new Map<string, EventTable>();
  for (const plan of plans) {
    const buffers = plan === undefined ? undefined : built.get(plan.name);
    if (plan === undefined || buffers === undefined) continue;
    const holding = buffers.filter((perCpu) => perCpu !== undefined);
    const chosen = FROM_ALL_BUFFERS.has(plan.name) ? holding : holding.slice(0, 1);
    tables.set(plan.name, mergeByTime(plan.name, plan.columns, chosen.flatMap((perCpu) => perCpu.flatMap((builder, cpu) => (builder === undefined ? [] : [{ cpu, builder }])))));
  }
  const closed = lost.map((interval) => ({ ...interval, to: timeNs(Math.min(interval.to, Math.max(end, interval.from))) }));
  return { base, strings, stacks: stacks.stacks, tables, counts, lost: closed, problems, end };
}

function planDecoders(parts: TraceDatParts, options: { codeGeneration: boolean }, problems: ImportProblem[]): { names: Map<number, string>; plans: (Plan | undefined)[] } {
  const specs = new Map(EVENT_SPECS.map((spec) => [`${spec.system}:${spec.name}`, spec]));
  const names = new Map<number, string>();
  const plans: (Plan | undefined)[] = [];
  for (const { system, text } of parts.formats) {
    let format: EventFormat;
    try {
      format = parseEventFormat(text);
    } catch (error) {
      problems.push({ code: "bad-format", message: error instanceof Error ? error.message : String(error) });
      continue;
    }
    names.set(format.id, format.name);
    const spec = specs.get(`${system}:${format.name}`);
    if (spec === undefined) continue;
    const columns = columnsOf(spec, format, parts.headerPage.longSize);
    plans[format.id] = { name: format.name, columns, decode: makeDecoder(columns, commonOffsets(format), options), minimum: minimumSize(columns) };
  }
  return { names, plans };
}

/** Records are read as 32-bit words: bytes that begin at an odd place of their memory are copied once. */
function aligned(bytes: Uint8Array): { bytes: Uint8Array; view: DataView; u32: Uint32Array } {
  const whole = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return { bytes: whole, view: new DataView(whole.buffer, whole.byteOffset, whole.byteLength), u32: new Uint32Array(whole.buffer, whole.byteOffset, whole.byteLength >> 2) };
}

function earliestStamp(view: DataView, parts: TraceDatParts): bigint {
  let earliest: bigint | undefined;
  for (const buffer of parts.buffers) {
    for (const range of buffer.cpus) {
      if (range.size < parts.headerPage.pageSize) continue;
      const stamp = view.getBigUint64(range.offset, true);
      if (earliest === undefined || stamp < earliest) earliest = stamp;
    }
  }
  return earliest ?? 0n;
}

