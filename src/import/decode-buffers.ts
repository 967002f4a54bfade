/**
 * Pages of all buffers and CPUs to event tables, in order of (time, cpu, buffer, position).
 *
 * Which buffer's rows? A capture records some events twice (sched_switch in the wide and, for its stacks, in the deep
 * buffer). The first buffer that holds records of an event owns its table; buffers come as in the file, the main one
 * first. Only `print` and `kernel_stack` are taken from all: the same one is never written to two of them.
 * `counts` is of all buffers.
 */
import { StringTable, timeNs } from "../base/index.ts";
import { NO_TASK_CHANGES, type EventTable, type ImportProblem, type LostEvents, type TaskChanges } from "../trace/index.ts";
import { ByteStrings } from "./byte-strings.ts";
import { checkLosses } from "./check-losses.ts";
import { countRecords } from "./count-records.ts";
import { CpuLane, type Hole, type Slot } from "./cpu-lane.ts";
import { planEvents, type EventPlans } from "./decoder-plans.ts";
import { takeAll } from "./merge-lanes.ts";
import { ProblemList } from "./problem-list.ts";
import { earliestStamp } from "./ring-buffer/earliest-stamp.ts";
import type { CursorInput } from "./ring-buffer/page-cursor.ts";
import { StackTable } from "./stack-table.ts";
import { TableBuilder } from "./table-builder.ts";
import { TaskWatch } from "./task-watch.ts";
import type { CpuData, TraceDatParts } from "./trace-dat/parts.ts";

export interface Decoded {
  readonly base: bigint;
  readonly strings: StringTable;
  readonly stacks: readonly Float64Array[];
  readonly tables: ReadonlyMap<string, EventTable>;
  readonly counts: ReadonlyMap<string, { readonly perCpu: Float64Array }>;
  readonly taskChanges: TaskChanges;
  readonly lost: readonly LostEvents[];
  readonly problems: readonly ImportProblem[];
  /** ns since the base of the first and last record, 0 and 0 without any */
  readonly begin: number;
  readonly end: number;
}

const FROM_ALL_BUFFERS: ReadonlySet<string> = new Set(["print", "kernel_stack"]);

/** One CPU's data in one buffer. */
interface Source {
  readonly cpu: number;
  readonly buffer: number;
  readonly data: CpuData;
  /** event id -> records */
  readonly counts: ReadonlyMap<number, number>;
  readonly input: () => CursorInput;
}

export function decodeBuffers(parts: TraceDatParts, options: { codeGeneration: boolean }): Decoded {
  const { headerPage, little } = parts;
  const problems = new ProblemList();
  for (const problem of parts.problems) problems.add(problem);
  const events = planEvents(parts.formats, { longSize: headerPage.longSize, little }, options, problems);
  const stamp = earliestStamp(parts.buffers, little) ?? 0n;
  const base = { low: Number(stamp & 0xffffffffn), high: Number(stamp >> 32n) };
  const sources: Source[] = parts.buffers
    .flatMap((buffer, index) =>
      buffer.cpus.map((data) => {
        const input = (): CursorInput => ({ pieces: data.pieces(), layout: buffer.layout, little, base });
        return { cpu: data.cpu, buffer: index, data, input, counts: countRecords(input(), events.idLimit) };
      }),
    )
    .sort((a, b) => a.cpu - b.cpu || a.buffer - b.buffer);

  const slots = openSlots(sources, events, parts.buffers.length);
  const strings = new StringTable();
  const shared = { strings: new ByteStrings(strings), stacks: new StackTable(), longSize: headerPage.longSize, base };
  // the main buffer alone is unfiltered, so only there does every change of the current task have its switch
  const watch = TaskWatch.of(events.schedSwitch);
  const lanes = sources.map(
    (source) => new CpuLane(source, source.input(), slots[source.buffer] as Slot[], shared, problems, source.buffer === 0 ? watch : undefined),
  );
  const { first, last, isSorted } = takeAll(lanes);
  lanes.forEach((lane, index) => lane.finish((sources[index] as Source).data.truncated));

  const [begin, end] = first <= last ? [first, last] : [0, 0];
  const lost = lanes.flatMap((lane) => lane.holes.map((hole) => lostEvents(hole, lane.cpu, parts.buffers[lane.buffer]?.name ?? "", begin, end)));
  checkLosses(parts.stats, lost, problems);
  const tables = new Map<string, EventTable>();
  for (const { plan, builder } of new Set(slots.flatMap((perId) => Object.values(perId)))) {
    if (builder.length > 0) tables.set(plan.name, builder.build(plan.name, plan.columns, isSorted));
  }
  return {
    base: stamp,
    strings,
    stacks: shared.stacks.stacks,
    tables,
    taskChanges: watch?.build() ?? NO_TASK_CHANGES,
    counts: sumCounts(sources, events, parts.cpus),
    lost,
    problems: problems.build(),
    begin,
    end,
  };
}

/** Per buffer and event id the table its records go to, if any: one that is large enough from the start. */
function openSlots(sources: readonly Source[], events: EventPlans, buffers: number): Slot[][] {
  const slots: Slot[][] = Array.from({ length: buffers }, () => []);
  for (const plan of events.plans) {
    if (plan === undefined) continue;
    const holders = sources.filter((source) => source.counts.has(plan.id));
    const owner = Math.min(...holders.map((source) => source.buffer));
    const chosen = FROM_ALL_BUFFERS.has(plan.name) ? holders : holders.filter((source) => source.buffer === owner);
    const rows = chosen.reduce((sum, source) => sum + (source.counts.get(plan.id) ?? 0), 0);
    if (rows === 0) continue;
    const slot = { plan, builder: new TableBuilder(plan.columns, rows) };
    for (const { buffer } of chosen) (slots[buffer] as Slot[])[plan.id] = slot;
  }
  return slots;
}

function lostEvents(hole: Hole, cpu: number, buffer: string, begin: number, end: number): LostEvents {
  const from = Math.max(hole.from, begin);
  return { cpu, from: timeNs(from), to: timeNs(Math.max(from, hole.to ?? end)), count: hole.count, buffer };
}

function sumCounts(sources: readonly Source[], events: EventPlans, cpus: number): Map<string, { perCpu: Float64Array }> {
  const sums = new Map<string, { perCpu: Float64Array }>();
  for (const { cpu, counts } of sources) {
    for (const [id, count] of counts) {
      const name = events.names.get(id) ?? `unknown:${id}`;
      const entry = sums.get(name) ?? { perCpu: new Float64Array(cpus) };
      sums.set(name, entry);
      entry.perCpu[cpu] = (entry.perCpu[cpu] as number) + count;
    }
  }
  return sums;
}
