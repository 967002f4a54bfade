/**
 * Pages of all buffers and CPUs to event tables: decoded per CPU, then merged by (time, cpu, position).
 *
 * Which buffer's rows? A capture records some events twice (sched_switch in the wide and, for its stacks, in the deep
 * buffer). The first buffer that holds rows of an event owns its table; buffers come as in the file, the main one
 * first. Only `print` and `kernel_stack` are taken from all: the same one is never written to two of them.
 * `counts` is of all buffers.
 */
import { StringTable, timeNs } from "../base/index.ts";
import type { EventTable, ImportProblem, LostEvents } from "../trace/index.ts";
import { ByteStrings } from "./byte-strings.ts";
import { CpuDecoder, type Hole } from "./cpu-decoder.ts";
import { planEvents, type EventPlans } from "./decoder-plans.ts";
import { mergeByTime, type Part } from "./merge-tables.ts";
import { ProblemList } from "./problem-list.ts";
import { pageMemory } from "./ring-buffer/page-memory.ts";
import { walkPages, type ClockBase } from "./ring-buffer/walk-pages.ts";
import { earliestStamp } from "./ring-buffer/earliest-stamp.ts";
import { StackTable } from "./stack-table.ts";
import type { TraceDatParts } from "./trace-dat/v6.ts";
import type { TraceFile } from "./trace-file.ts";
import { checkLosses } from "./check-losses.ts";

export interface Decoded {
  readonly base: bigint;
  readonly strings: StringTable;
  readonly stacks: readonly Float64Array[];
  readonly tables: ReadonlyMap<string, EventTable>;
  readonly counts: ReadonlyMap<string, { readonly perCpu: Float64Array }>;
  readonly lost: readonly LostEvents[];
  readonly problems: readonly ImportProblem[];
  /** ns since the base of the first and last record, 0 and 0 without any */
  readonly begin: number;
  readonly end: number;
}

const FROM_ALL_BUFFERS: ReadonlySet<string> = new Set(["print", "kernel_stack"]);

interface DecodedCpu {
  readonly buffer: number;
  readonly cpu: number;
  readonly decoder: CpuDecoder;
}

export function decodeBuffers(file: TraceFile, parts: TraceDatParts, options: { codeGeneration: boolean }): Decoded {
  const problems = new ProblemList();
  for (const problem of parts.problems) problems.add(problem);
  const { longSize } = parts.headerPage;
  const events = planEvents(parts.formats, { longSize, little: parts.little }, options, problems);
  const base = earliestStamp(file, parts) ?? 0n;
  const baseWords: ClockBase = { low: Number(base & 0xffffffffn), high: Number(base >> 32n) };
  const texts = new StringTable();
  const shared = { strings: new ByteStrings(texts), stacks: new StackTable(), longSize, base: baseWords };
  const cpus: DecodedCpu[] = [];
  parts.buffers.forEach((buffer, index) => {
    for (const range of buffer.cpus) {
      const decoder = new CpuDecoder(range.cpu, events, problems);
      let walked = 0;
      for (const piece of file.pieces(range.offset, range.size, parts.headerPage.pageSize)) {
        const memory = pageMemory(piece.bytes, parts.little);
        decoder.startPiece({ ...shared, memory }, piece.offset);
        walkPages(memory, parts.headerPage, baseWords, decoder);
        walked += piece.bytes.length;
      }
      decoder.finish(range.truncated || walked < range.size);
      cpus.push({ buffer: index, cpu: range.cpu, decoder });
    }
  });
  const last = cpus.reduce((time, { decoder }) => Math.max(time, decoder.last), Number.NEGATIVE_INFINITY);
  const first = cpus.reduce((time, { decoder }) => Math.min(time, decoder.first), Number.POSITIVE_INFINITY);
  const [begin, end] = first <= last ? [first, last] : [0, 0];
  const lost = cpus.flatMap(({ buffer, cpu, decoder }) => decoder.holes.map((hole) => lostEvents(hole, cpu, parts.buffers[buffer]?.name ?? "", begin, end)));
  checkLosses(parts.stats, lost, problems);
  return { base, strings: texts, stacks: shared.stacks.stacks, tables: buildTables(cpus, events, problems), counts: countEvents(cpus, events, parts.cpus), lost, problems: problems.build(), begin, end };
}

function lostEvents(hole: Hole, cpu: number, buffer: string, begin: number, end: number): LostEvents {
  const from = Math.max(hole.from, begin);
  return { cpu, from: timeNs(from), to: timeNs(Math.max(from, hole.to ?? end)), count: hole.count, buffer };
}

function countEvents(cpus: readonly DecodedCpu[], events: EventPlans, cpuCount: number): Map<string, { perCpu: Float64Array }> {
  const counts = new Map<string, { perCpu: Float64Array }>();
  for (const { cpu, decoder } of cpus) {
    decoder.counts().forEach((count, id) => {
      const name = events.names.get(id) ?? `unknown:${id}`;
      const entry = counts.get(name) ?? { perCpu: new Float64Array(cpuCount) };
      counts.set(name, entry);
      entry.perCpu[cpu] = (entry.perCpu[cpu] as number) + count;
    });
  }
  return counts;
}

function buildTables(cpus: readonly DecodedCpu[], events: EventPlans, problems: ProblemList): Map<string, EventTable> {
  const tables = new Map<string, EventTable>();
  for (const plan of events.plans) {
    if (plan === undefined) continue;
    const holders = cpus.flatMap(({ buffer, cpu, decoder }) => {
      const builder = decoder.builders[plan.id]?.builder;
      return builder === undefined || builder.length === 0 ? [] : [{ buffer, cpu, builder }];
    });
    const owner = holders[0]?.buffer;
    if (owner === undefined) continue;
    const chosen = FROM_ALL_BUFFERS.has(plan.name) ? holders : holders.filter(({ buffer }) => buffer === owner);
    const parts: Part[] = chosen.sort((a, b) => a.cpu - b.cpu || a.buffer - b.buffer);
    if (tables.has(plan.name)) problems.add({ code: "two-formats", message: `the file has two formats for ${plan.name}; the last one's records are used` });
    tables.set(plan.name, mergeByTime(plan.name, plan.columns, parts));
    // what is merged need not be kept twice
    for (const { decoder } of cpus) decoder.builders[plan.id] = undefined;
  }
  return tables;
}
