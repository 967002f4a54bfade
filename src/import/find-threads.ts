/** Which threads does a recording know? From the capture's list, saved command lines, and what events say of names, births and execs. */
import type { ThreadInfo } from "../bundle/index.ts";
import type { StringTable } from "../base/index.ts";
import { buildThreadTable, type EventTable, type ThreadSeed, type ThreadTable } from "../trace/index.ts";

/** include/uapi/linux/sched.h: the child joins its parent's process */
const CLONE_THREAD = 0x10000;
/** The kernel thread that forks all others. */
const KTHREADD = 2;
const UNBORN = Number.NEGATIVE_INFINITY;

export function findThreads(input: { tables: ReadonlyMap<string, EventTable>; strings: StringTable; cmdlines: string; threads: readonly ThreadInfo[] }): ThreadTable {
  const { tables, strings } = input;
  /** by tid, incarnations in order of birth */
  const byTid = new Map<number, ThreadSeed[]>();
  const known = new Map(input.threads.map((info) => [info.tid, info]));
  const add = (seed: ThreadSeed): ThreadSeed => {
    const list = byTid.get(seed.tid);
    if (list) list.push(seed);
    else byTid.set(seed.tid, [seed]);
    return seed;
  };
  const at = (tid: number, time: number): ThreadSeed => {
    const found = (byTid.get(tid) ?? []).findLast((seed) => seed.born <= time);
    if (found !== undefined) return found;
    const info = known.get(tid);
    return add({ tid, pid: info?.pid ?? -1, comm: info?.comm ?? "", born: UNBORN, parentTid: -1, isKernel: info?.isKernel ?? false });
  };
  const born = births(tables);
  for (const info of input.threads) {
    // a thread listed at the end may have been born inside: its birth makes its row
    if (!born.has(info.tid)) add({ tid: info.tid, pid: info.pid, comm: info.comm, born: UNBORN, parentTid: -1, isKernel: info.isKernel });
  }
  for (const line of input.cmdlines.split("\n")) {
    const blank = line.indexOf(" ");
    const tid = Number(line.slice(0, blank));
    if (blank <= 0 || !Number.isInteger(tid) || tid <= 0 || born.has(tid)) continue;
    const seed = at(tid, UNBORN);
    if (seed.comm === "") seed.comm = line.slice(blank + 1);
  }
  const fork = tables.get("sched_process_fork");
  const clones = cloneFlags(tables);
  for (let row = 0; row < (fork?.length ?? 0); row++) {
    const time = fork?.time[row] as number;
    const tid = fork?.fields["child_pid"]?.[row] ?? 0;
    const parent = at(fork?.fields["parent_pid"]?.[row] ?? 0, time);
    const info = known.get(tid);
    const flags = clones.get(`${tid}:${row}`) ?? clones.get(String(tid));
    const pid = flags === undefined ? (info?.pid ?? -1) : (flags & CLONE_THREAD) !== 0 ? parent.pid : tid;
    add({ tid, pid, comm: strings.get(fork?.fields["child_comm"]?.[row] ?? 0), born: time, parentTid: parent.tid, isKernel: info?.isKernel ?? parent.tid === KTHREADD });
  }
  names(tables, strings, at);
  return buildThreadTable([...byTid.values()].flat());
}

function births(tables: ReadonlyMap<string, EventTable>): Set<number> {
  return new Set(tables.get("sched_process_fork")?.fields["child_pid"] ?? []);
}

/** task_newtask is emitted just before sched_process_fork for the same child, in the same order. */
function cloneFlags(tables: ReadonlyMap<string, EventTable>): Map<string, number> {
  const table = tables.get("task_newtask");
  const flags = new Map<string, number>();
  for (let row = 0; row < (table?.length ?? 0); row++) flags.set(String(table?.fields["pid"]?.[row] ?? 0), table?.fields["clone_flags"]?.[row] ?? 0);
  return flags;
}

/** The last name wins: exec and rename give a thread the name people know it by. */
function names(tables: ReadonlyMap<string, EventTable>, strings: StringTable, at: (tid: number, time: number) => ThreadSeed): void {
  const each = (name: string, tidField: string, commField: string): void => {
    const table = tables.get(name);
    const tids = table?.fields[tidField];
    const comms = table?.fields[commField];
    if (table === undefined || tids === undefined || comms === undefined) return;
    let lastTid = -1;
    let lastComm = -1;
    for (let row = 0; row < table.length; row++) {
      const tid = tids[row] as number;
      const comm = comms[row] as number;
      if (tid === 0 || (tid === lastTid && comm === lastComm)) continue;
      lastTid = tid;
      lastComm = comm;
      at(tid, table.time[row] as number).comm = strings.get(comm);
    }
  };
  each("sched_waking", "pid", "comm");
  each("sched_switch", "next_pid", "next_comm");
  each("sched_switch", "prev_pid", "prev_comm");
}
