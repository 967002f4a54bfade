/** Which threads were born inside the recording, when, of whom, into which process? */
import type { StringTable } from "../base/index.ts";
import type { EventTable } from "../trace/index.ts";

export interface Birth {
  readonly tid: number;
  readonly time: number;
  readonly parentTid: number;
  /** clone flags; undefined when only sched_process_fork told of it */
  readonly flags: number | undefined;
  readonly comm: string;
}

/**
 * The kernel emits task_newtask inside copy_process() and sched_process_fork right after it (kernel/fork.c), on the
 * parent. Farther apart than this (preempted in between) they are still paired, as long as the tid has no other birth.
 */
const PAIR_WINDOW_NS = 1_000_000_000;

/** In order of time. Either event alone is enough; the pair is one birth, at the time of the fork. */
export function findBirths(tables: ReadonlyMap<string, EventTable>, strings: StringTable): Birth[] {
  const newtasks = births(tables.get("task_newtask"), (table, row) => ({
    tid: table.fields["pid"]?.[row] ?? 0,
    time: table.time[row] as number,
    parentTid: table.tid[row] as number,
    flags: table.fields["clone_flags"]?.[row],
    comm: strings.get(table.fields["comm"]?.[row] ?? 0),
  }));
  const forks = births(tables.get("sched_process_fork"), (table, row) => ({
    tid: table.fields["child_pid"]?.[row] ?? 0,
    time: table.time[row] as number,
    parentTid: table.fields["parent_pid"]?.[row] ?? -1,
    flags: undefined,
    comm: strings.get(table.fields["child_comm"]?.[row] ?? 0),
  }));
  const waiting = new Map<number, Birth[]>();
  for (const birth of newtasks) {
    const list = waiting.get(birth.tid);
    if (list) list.push(birth);
    else waiting.set(birth.tid, [birth]);
  }
  const found: Birth[] = [];
  for (const fork of forks) {
    const list = waiting.get(fork.tid) ?? [];
    const at = list.findLastIndex((birth) => birth.time <= fork.time && fork.time - birth.time <= PAIR_WINDOW_NS);
    const [newtask] = at < 0 ? [] : list.splice(at, 1);
    found.push(newtask === undefined ? fork : { ...fork, flags: newtask.flags, comm: fork.comm === "" ? newtask.comm : fork.comm });
  }
  return [...found, ...[...waiting.values()].flat()].sort((a, b) => a.time - b.time);
}

function births(table: EventTable | undefined, read: (table: EventTable, row: number) => Birth): Birth[] {
  if (table === undefined) return [];
  return Array.from({ length: table.length }, (_, row) => read(table, row)).filter((birth) => birth.tid > 0);
}
