/**
 * When did each CPU change its task? sched_switch, and between its rows the changes that only other records show
 * (TaskChanges). Such a switch is placed as early as it can have happened: after the CPU's record before, and not
 * before the thread's last sched_waking.
 */
import { ColumnBuilder } from "../base/index.ts";
import type { Trace } from "../trace/index.ts";

/** prev_state of a switch that was not recorded. */
export const STATE_UNSEEN = 0xffff_ffff;
/** SCHED_NORMAL, nice 0: what an unseen switch is taken to have */
const DEFAULT_PRIO = 120;

/** Sorted by time. Tids, not threads: a tid may change hands. */
export interface Switches {
  readonly length: number;
  readonly time: Float64Array;
  readonly cpu: Uint16Array;
  readonly previous: Int32Array;
  readonly previousPrio: Int32Array;
  /** raw prev_state, or STATE_UNSEEN */
  readonly previousState: Uint32Array;
  readonly next: Int32Array;
  readonly nextPrio: Int32Array;
}

export function buildSwitches(trace: Trace): Switches {
  const table = trace.tables.get("sched_switch");
  const unseen = placeUnseen(trace);
  const out = {
    time: new ColumnBuilder("f64"),
    cpu: new ColumnBuilder("u16"),
    previous: new ColumnBuilder("i32"),
    previousPrio: new ColumnBuilder("i32"),
    previousState: new ColumnBuilder("u32"),
    next: new ColumnBuilder("i32"),
    nextPrio: new ColumnBuilder("i32"),
  };
  const current = new Int32Array(trace.machine.cpus).fill(-1);
  /** row of the switch that put the current task there, when it was not recorded */
  const unseenRow = new Int32Array(trace.machine.cpus).fill(-1);
  const push = (time: number, cpu: number, previous: number, previousPrio: number, state: number, next: number, nextPrio: number): void => {
    out.time.push(time);
    out.cpu.push(cpu);
    out.previous.push(previous);
    out.previousPrio.push(previousPrio);
    out.previousState.push(state);
    out.next.push(next);
    out.nextPrio.push(nextPrio);
    current[cpu] = next;
  };
  const rows = table?.length ?? 0;
  let at = 0;
  for (let row = 0; row <= rows; row++) {
    const time = row < rows ? (table?.time[row] as number) : Number.POSITIVE_INFINITY;
    for (let change = unseen[at]; change !== undefined && change.time <= time; change = unseen[++at]) {
      const previous = current[change.cpu] as number;
      if (previous === change.tid) continue;
      unseenRow[change.cpu] = out.time.length;
      push(change.time, change.cpu, previous < 0 ? 0 : previous, DEFAULT_PRIO, STATE_UNSEEN, change.tid, DEFAULT_PRIO);
    }
    if (table === undefined || row === rows) continue;
    const field = (name: string, otherwise: number): number => table.fields[name]?.[row] ?? otherwise;
    const cpu = table.cpu[row] as number;
    const unknown = unseenRow[cpu] as number;
    // with which priority it came is known now that it goes
    if (unknown >= 0 && out.next.values[unknown] === field("prev_pid", 0)) out.nextPrio.values[unknown] = field("prev_prio", DEFAULT_PRIO);
    unseenRow[cpu] = -1;
    push(time, cpu, field("prev_pid", 0), field("prev_prio", DEFAULT_PRIO), field("prev_state", 0), field("next_pid", 0), field("next_prio", DEFAULT_PRIO));
  }
  return {
    length: out.time.length,
    time: out.time.build(),
    cpu: out.cpu.build(),
    previous: out.previous.build(),
    previousPrio: out.previousPrio.build(),
    previousState: out.previousState.build(),
    next: out.next.build(),
    nextPrio: out.nextPrio.build(),
  };
}

function placeUnseen(trace: Trace): { time: number; cpu: number; tid: number }[] {
  const changes = trace.taskChanges;
  if (changes.length === 0) return [];
  const waking = trace.tables.get("sched_waking");
  const woken = waking?.fields["pid"];
  const lastWaking = new Map<number, number>();
  const placed: { time: number; cpu: number; tid: number }[] = [];
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
