/** Which threads does a recording know? From the capture's list, saved command lines, and what events say of births, execs and names. */
import type { ThreadInfo } from "../bundle/index.ts";
import type { StringTable } from "../base/index.ts";
import { buildThreadTable, type EventTable, type ThreadNames, type ThreadSeed, type ThreadTable } from "../trace/index.ts";
import { findBirths, type Birth } from "./find-births.ts";
import { Incarnations, TID_LIMIT } from "./incarnations.ts";
import { parseSavedCmdlines } from "./records/side-files.ts";

/** include/uapi/linux/sched.h: the child joins its parent's process */
const CLONE_THREAD = 0x10000;
/** The kernel thread that forks all others. */
const KTHREADD = 2;

export interface ThreadSources {
  readonly tables: ReadonlyMap<string, EventTable>;
  readonly strings: StringTable;
  /** what scheduler events call each task */
  readonly names: ThreadNames;
  /** when each tid was first seen current on a CPU */
  readonly appearances: Iterable<readonly [tid: number, time: number]>;
  /** lines `PID COMM` */
  readonly cmdlines: string;
  /** from /proc, at the begin and at the end of the capture: the last one of a tid is the newest */
  readonly threads: readonly ThreadInfo[];
}

export function findThreads(sources: ThreadSources): ThreadTable {
  const births = findBirths(sources.tables, sources.strings);
  const newest = new Map(sources.threads.map((info) => [info.tid, info]));
  const oldest = new Map([...sources.threads].reverse().map((info) => [info.tid, info]));
  const saved = parseSavedCmdlines(sources.cmdlines);
  const incarnations = new Incarnations((tid): Omit<ThreadSeed, "born"> => {
    const info = oldest.get(tid);
    return { tid, pid: info?.pid ?? -1, comm: info?.comm ?? saved.get(tid) ?? "", parentTid: -1, isKernel: info?.isKernel ?? false };
  });
  const born = new Set(births.map((birth) => birth.tid));
  // a listed thread may have been born inside: then its birth makes its row
  for (const tid of [...newest.keys(), ...saved.keys()]) if (!born.has(tid)) incarnations.at(tid, Number.NEGATIVE_INFINITY);
  for (const birth of births) bear(birth, incarnations, newest.get(birth.tid));
  execs(sources.tables, incarnations);
  names(sources, incarnations);
  // a thread that never left the CPU is known only as the current one of its events
  for (const [tid, time] of sources.appearances) incarnations.at(tid, time);
  return buildThreadTable(incarnations.all());
}

function bear(birth: Birth, incarnations: Incarnations, info: ThreadInfo | undefined): void {
  const { tid, time, parentTid, flags, comm } = birth;
  // the idle task forks nothing; 0 or less is damage
  const parent = parentTid > 0 ? incarnations.at(parentTid, time) : undefined;
  const isKernel = info?.isKernel ?? (parentTid === KTHREADD || parent?.isKernel === true);
  const derived = flags === undefined ? undefined : (flags & CLONE_THREAD) === 0 ? tid : parent?.pid;
  const pid = derived !== undefined && derived >= 0 ? derived : (info?.pid ?? -1);
  incarnations.add({ tid, pid, comm: comm === "" ? (info?.comm ?? "") : comm, born: time, parentTid, isKernel });
}

/** Only a process's last thread is left after an exec, under the tid of the process. */
function execs(tables: ReadonlyMap<string, EventTable>, incarnations: Incarnations): void {
  const table = tables.get("sched_process_exec");
  for (let row = 0; row < (table?.length ?? 0); row++) {
    const tid = table?.fields["pid"]?.[row] ?? 0;
    if (tid > 0) incarnations.at(tid, table?.time[row] as number).pid = tid;
  }
}

/** Tables whose rows name a task: [table, field of the tid, field of the name] */
const NAMINGS = [
  ["sched_process_exit", "pid", "comm"],
  ["task_rename", "pid", "newcomm"],
] as const;

/** The last name wins: exec and rename give a thread the name people know it by. */
function names({ tables, strings, names: watched }: ThreadSources, incarnations: Incarnations): void {
  const since = new Map<ThreadSeed, number>();
  const named = (tid: number, time: number, name: number): void => {
    if (!(tid > 0 && tid < TID_LIMIT) || name === 0) return;
    const seed = incarnations.at(tid, time);
    if (time < (since.get(seed) ?? Number.NEGATIVE_INFINITY)) return;
    since.set(seed, time);
    seed.comm = strings.get(name);
  };
  for (let row = 0; row < watched.length; row++) named(watched.tid[row] as number, watched.time[row] as number, watched.name[row] as number);
  for (const [name, tidField, commField] of NAMINGS) {
    const table = tables.get(name);
    for (let row = 0; row < (table?.length ?? 0); row++)
      named(table?.fields[tidField]?.[row] ?? 0, table?.time[row] as number, table?.fields[commField]?.[row] ?? 0);
  }
}
