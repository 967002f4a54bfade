/** Pages of all buffers and CPUs to event tables, in order of (time, cpu, buffer, position). `counts` is of all buffers, decoded or not. */
import { StringTable, timeNs } from "../base/index.ts";
import type { EventTable, ImportProblem, LostEvents, TaskChanges, ThreadNames } from "../trace/index.ts";
import { ByteStrings } from "./byte-strings.ts";
import { checkLosses } from "./check-losses.ts";
import { CpuLane, type Hole } from "./cpu-lane.ts";
import { planEvents, type EventPlans } from "./decoder-plans.ts";
import { takeAll } from "./merge-lanes.ts";
import { NameWatch } from "./name-watch.ts";
import { ProblemList } from "./problem-list.ts";
import { earliestStamp } from "./ring-buffer/earliest-stamp.ts";
import { StackTable } from "./stack-table.ts";
import { TableSet } from "./table-set.ts";
import type { Extent } from "./time-windows.ts";
import { TaskWatch } from "./task-watch.ts";
import type { TraceDatParts } from "./trace-dat/parts.ts";

export interface Decoded {
  readonly base: bigint;
  readonly strings: StringTable;
  readonly stacks: readonly Float64Array[];
  readonly tables: ReadonlyMap<string, EventTable>;
  readonly counts: ReadonlyMap<string, { readonly perCpu: Float64Array }>;
  readonly taskChanges: TaskChanges;
  readonly threadNames: ThreadNames;
  /** when each tid was first seen current */
  readonly appearances: readonly (readonly [tid: number, time: number])[];
  readonly lost: readonly LostEvents[];
  readonly problems: readonly ImportProblem[];
  /** ns since the base of the first and last record, 0 and 0 without any */
  readonly begin: number;
  readonly end: number;
}

export interface DecodeOptions {
  readonly codeGeneration: boolean;
  /** decode these events only */
  readonly only?: ReadonlySet<string>;
  readonly within?: Extent;
}

export function decodeBuffers(parts: TraceDatParts, options: DecodeOptions): Decoded {
  const { headerPage, little, buffers, conversion } = parts;
  const problems = new ProblemList();
  for (const problem of parts.problems) problems.add(problem);
  const events = planEvents(parts.formats, { longSize: headerPage.longSize, little }, options, problems);
  const stamp = earliestStamp(buffers, little) ?? 0n;
  const raw = { low: Number(stamp & 0xffffffffn), high: Number(stamp >> 32n) };
  const sources = buffers
    .flatMap(({ layout, cpus }, buffer) => cpus.map((data) => ({ data, layout, buffer })))
    .sort((a, b) => a.data.cpu - b.data.cpu || a.buffer - b.buffer);
  const base = conversion === undefined ? stamp : earliest(sources.map(({ data }) => conversion.stamp(data.cpu, stamp)));

  const total = sources.reduce((sum, { data }) => sum + data.size, 0);
  const lanes: CpuLane[] = [];
  const tables = new TableSet(events, buffers.length, () => lanes.reduce((sum, lane) => sum + lane.walked, 0) / total);
  const strings = new StringTable();
  const bytes = new ByteStrings(strings);
  const names = new NameWatch(bytes);
  const shared = { strings: bytes, names, stacks: new StackTable(), longSize: headerPage.longSize, base: raw };
  const watch = new TaskWatch(events.schedSwitch);
  for (const { data, layout, buffer } of sources) {
    const input = { pieces: data.pieces(), layout, little, base: raw };
    // the main buffer alone is unfiltered, so only there does every change of the current task have its switch
    const special = { watch, watchesChanges: buffer === 0, convert: conversion?.relative(data.cpu, stamp, base), within: options.within };
    lanes.push(new CpuLane({ cpu: data.cpu, buffer }, input, tables, shared, problems, special));
  }
  const isSorted = takeAll(lanes, tables.lengths);
  lanes.forEach((lane, index) => lane.finish(sources[index]?.data.truncated === true));

  const first = lanes.reduce((least, lane) => Math.min(least, lane.first), Number.POSITIVE_INFINITY);
  const last = lanes.reduce((most, lane) => Math.max(most, lane.last), Number.NEGATIVE_INFINITY);
  const [begin, end] = first <= last ? [first, last] : [0, 0];
  const lost = lanes.flatMap((lane) => lane.holes.map((hole) => lostEvents(hole, lane.cpu, buffers[lane.buffer]?.name ?? "", begin, end)));
  checkLosses(parts.stats, lost, problems);
  return {
    base,
    strings,
    stacks: shared.stacks.stacks,
    tables: tables.build(isSorted),
    taskChanges: watch.changes(),
    threadNames: names.build(),
    appearances: watch.appearances(),
    counts: sumCounts(lanes, events, parts.cpus),
    lost,
    problems: problems.build(),
    begin,
    end,
  };
}

const earliest = (stamps: readonly bigint[]): bigint => stamps.reduce((least, stamp) => (stamp < least ? stamp : least), stamps[0] ?? 0n);

function lostEvents(hole: Hole, cpu: number, buffer: string, begin: number, end: number): LostEvents {
  const from = Math.max(hole.from, begin);
  return { cpu, from: timeNs(from), to: timeNs(Math.max(from, hole.to ?? end)), count: hole.count, buffer };
}

function sumCounts(lanes: readonly CpuLane[], events: EventPlans, cpus: number): Map<string, { perCpu: Float64Array }> {
  const sums = new Map<string, { perCpu: Float64Array }>();
  const add = (cpu: number, id: number, count: number): void => {
    if (count === 0) return;
    const name = events.names.get(id) ?? `unknown:${id}`;
    const entry = sums.get(name) ?? { perCpu: new Float64Array(cpus) };
    sums.set(name, entry);
    entry.perCpu[cpu] = (entry.perCpu[cpu] as number) + count;
  };
  for (const { cpu, counts, strangers } of lanes) {
    counts.forEach((count, id) => add(cpu, id, count));
    for (const [id, count] of strangers) add(cpu, id, count);
  }
  return sums;
}
