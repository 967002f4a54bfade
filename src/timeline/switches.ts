/**
 * When did each CPU change its task? sched_switch, and between its rows the changes that only other records show
 * (TaskChanges). Such a switch is placed as early as it can have happened: after the CPU's record before, and not
 * before the thread's last sched_waking.
 */
import type { EventTable, Trace } from "../trace/index.ts";

/** prev_state of a switch that was not recorded: no kernel has all 16 bits. */
export const STATE_UNSEEN = 0xffff;
/** SCHED_NORMAL, nice 0: what an unseen switch is taken to have */
const DEFAULT_PRIO = 120;

type Column = ArrayLike<number>;

/** Sorted by time. Tids, not threads: a tid may change hands. */
export interface Switches {
  readonly length: number;
  readonly time: Float64Array;
  readonly cpu: Uint16Array;
  readonly previous: Column;
  readonly previousPrio: Column;
  /** raw prev_state, or STATE_UNSEEN */
  readonly previousState: Column;
  readonly next: Column;
  readonly nextPrio: Column;
}

export function buildSwitches(trace: Trace): Switches {
  const table = trace.tables.get("sched_switch");
  const unseen = placeUnseen(trace);
  const recorded = table === undefined ? NO_SWITCHES : recordedSwitches(table);
  return unseen.length === 0 ? recorded : withUnseen(recorded, unseen, trace.machine.cpus);
}

const NO_SWITCHES: Switches = {
  length: 0,
  time: new Float64Array(),
  cpu: new Uint16Array(),
  previous: [],
  previousPrio: [],
  previousState: [],
  next: [],
  nextPrio: [],
};

/** The table's own columns. */
function recordedSwitches(table: EventTable): Switches {
  const field = (name: string, otherwise: number): Column => table.fields[name] ?? new Int32Array(table.length).fill(otherwise);
  return {
    length: table.length,
    time: table.time,
    cpu: table.cpu,
    previous: field("prev_pid", 0),
    previousPrio: field("prev_prio", DEFAULT_PRIO),
    previousState: field("prev_state", 0),
    next: field("next_pid", 0),
    nextPrio: field("next_prio", DEFAULT_PRIO),
  };
}

function withUnseen(recorded: Switches, unseen: readonly Unseen[], cpus: number): Switches {
  const size = recorded.length + unseen.length;
  const out = {
    time: new Float64Array(size),
    cpu: new Uint16Array(size),
    previous: new Int32Array(size),
    previousPrio: new Int16Array(size),
    previousState: new Uint16Array(size),
    next: new Int32Array(size),
    nextPrio: new Int16Array(size),
  };
  let length = 0;
  const current = new Int32Array(cpus).fill(-1);
  /** row of the switch that put the current task there, when it was not recorded */
  const unseenRow = new Int32Array(cpus).fill(-1);
  let at = 0;
  for (let row = 0; row <= recorded.length; row++) {
    const time = row < recorded.length ? (recorded.time[row] as number) : Number.POSITIVE_INFINITY;
    for (let change = unseen[at]; change !== undefined && change.time <= time; change = unseen[++at]) {
      const previous = current[change.cpu] as number;
      if (previous === change.tid) continue;
      unseenRow[change.cpu] = length;
      current[change.cpu] = change.tid;
      out.time[length] = change.time;
      out.cpu[length] = change.cpu;
      out.previous[length] = previous < 0 ? 0 : previous;
      out.previousPrio[length] = DEFAULT_PRIO;
      out.previousState[length] = STATE_UNSEEN;
      out.next[length] = change.tid;
      out.nextPrio[length] = DEFAULT_PRIO;
      length++;
    }
    if (row === recorded.length) break;
    const cpu = recorded.cpu[row] as number;
    const unknown = unseenRow[cpu] as number;
    // with which priority it came is known now that it goes
    if (unknown >= 0 && out.next[unknown] === recorded.previous[row]) out.nextPrio[unknown] = recorded.previousPrio[row] as number;
    unseenRow[cpu] = -1;
    current[cpu] = recorded.next[row] as number;
    out.time[length] = time;
    out.cpu[length] = cpu;
    out.previous[length] = recorded.previous[row] as number;
    out.previousPrio[length] = recorded.previousPrio[row] as number;
    out.previousState[length] = recorded.previousState[row] as number;
    out.next[length] = recorded.next[row] as number;
    out.nextPrio[length] = recorded.nextPrio[row] as number;
    length++;
  }
  return {
    length,
    time: out.time.subarray(0, length),
    cpu: out.cpu.subarray(0, length),
    previous: out.previous.subarray(0, length),
    previousPrio: out.previousPrio.subarray(0, length),
    previousState: out.previousState.subarray(0, length),
    next: out.next.subarray(0, length),
    nextPrio: out.nextPrio.subarray(0, length),
  };
}

interface Unseen {
  readonly time: number;
  readonly cpu: number;
  readonly tid: number;
}

function placeUnseen(trace: Trace): Unseen[] {
  const changes = trace.taskChanges;
  if (changes.length === 0) return [];
  const waking = trace.tables.get("sched_waking");
  const woken = waking?.fields["pid"];
  const lastWaking = new Map<number, number>();
  const placed: Unseen[] = [];
  let next = 0;
  for (let row = 0; row < changes.length; row++) {
    const time = changes.time[row] as number;
    const tid = changes.tid[row] as number;
    while (waking !== undefined && woken !== undefined && next < waking.length && (waking.time[next] as number) <= time) {
      lastWaking.set(woken[next] as number, waking.time[next] as number);
      next++;
    }
    const earliest = Math.max(changes.since[row] as number, lastWaking.get(tid) ?? 0);
    placed.push({ time: Math.min(time, earliest), cpu: changes.cpu[row] as number, tid });
  }
  return placed.sort((a, b) => a.time - b.time);
}
