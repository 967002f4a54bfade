/**
 * In which state was each thread, at every moment? Exactly one of STATES at any time, intervals touch, nothing overlaps.
 *
 * Built in one pass over the scheduler events, merged by (time, cpu):
 *   switch-out  running -> preempted (R) | sleeping (S, I) | blocked (D) | stopped (T, t) | dead (X, Z)
 *   waking      sleeping | blocked | stopped | unknown -> runnable, and the wake edge is kept on the closed interval
 *   switch-in   anything -> running
 * A second waking of a thread that is already runnable never restarts the clock. A waking that comes while the thread
 * is still running (it had set its state but not left the CPU yet) is kept as pending, and used when the thread then
 * comes back without another waking.
 */
import { ColumnBuilder, groupRows } from "../base/index.ts";
import type { EventTable, ThreadIndex, Trace } from "../trace/index.ts";
import { IDLE_THREAD, NO_THREAD } from "../trace/index.ts";
import { STATE_UNSEEN, type Switches } from "./switches.ts";

export const STATE = {
  unknown: 0,
  running: 1,
  /** woken, waiting for a CPU */
  runnable: 2,
  /** left the CPU while it wanted to go on (R, R+, or throttled) */
  preempted: 3,
  sleeping: 4,
  /** uninterruptible (D) */
  blocked: 5,
  stopped: 6,
  dead: 7,
  /** before its fork */
  unborn: 8,
} as const;

/** All threads' intervals, sorted by (thread, start). Rows of thread t: first[t] .. first[t + 1]. */
export interface ThreadStates {
  readonly first: Int32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly state: Uint8Array;
  /** running: the CPU; runnable and preempted: the run queue; otherwise the last CPU */
  readonly cpu: Uint16Array;
  /** row in WakeEdges that ended this interval, -1 when it did not end by a wake */
  readonly wake: Int32Array;
}

/** One row per wake-up: `waker` is the thread current on `cpu`, which in interrupt context (see flags) is not the cause. */
export interface WakeEdges {
  readonly length: number;
  readonly time: Float64Array;
  readonly cpu: Uint16Array;
  readonly flags: Uint8Array;
  readonly waker: Int32Array;
  readonly wakee: Int32Array;
  readonly targetCpu: Uint16Array;
}

/** Decodes sched_switch prev_state (kernels >= 4.14; TASK_REPORT in include/linux/sched.h). */
export function stateOfSwitchOut(prevState: number): number {
  const low = prevState & 0xff;
  if (low === 0) return STATE.preempted;
  if (low & 0x30) return STATE.dead;
  if (low & 0x02) return (low & 0x80) !== 0 ? STATE.sleeping : STATE.blocked;
  if (low & 0x0c) return STATE.stopped;
  return STATE.sleeping;
}

const SWITCH = 0;
const WAKING = 1;
const WAKE_NEW = 2;
const MIGRATE = 3;
const FORK = 4;

interface Source {
  readonly kind: number;
  readonly time: Float64Array;
  readonly length: number;
  /** undefined for the switches, which have columns of their own */
  readonly table: EventTable | undefined;
  row: number;
}

export function buildThreadStates(trace: Trace, switches: Switches): { states: ThreadStates; wakes: WakeEdges } {
  return new StateBuilder(trace, switches).build();
}

class StateBuilder {
  readonly #trace: Trace;
  readonly #switches: Switches;
  readonly #state: Uint8Array;
  readonly #since: Float64Array;
  readonly #cpu: Uint16Array;
  readonly #pending: Int32Array;
  readonly #running: Int32Array;
  readonly #out = {
    thread: new ColumnBuilder("i32"),
    start: new ColumnBuilder("f64"),
    end: new ColumnBuilder("f64"),
    state: new ColumnBuilder("u8"),
    cpu: new ColumnBuilder("u16"),
    wake: new ColumnBuilder("i32"),
  };
  readonly #wakes = {
    time: new ColumnBuilder("f64"),
    cpu: new ColumnBuilder("u16"),
    flags: new ColumnBuilder("u8"),
    waker: new ColumnBuilder("i32"),
    wakee: new ColumnBuilder("i32"),
    target: new ColumnBuilder("u16"),
  };

  constructor(trace: Trace, switches: Switches) {
    this.#trace = trace;
    this.#switches = switches;
    const count = trace.threads.length;
    this.#state = new Uint8Array(count);
    this.#since = new Float64Array(count).fill(trace.begin);
    this.#cpu = new Uint16Array(count);
    this.#pending = new Int32Array(count).fill(-1);
    this.#running = new Int32Array(trace.machine.cpus).fill(NO_THREAD);
    for (let thread = 0; thread < count; thread++) {
      if (trace.threads.row(thread as ThreadIndex).born > trace.begin) this.#state[thread] = STATE.unborn;
    }
  }

  build(): { states: ThreadStates; wakes: WakeEdges } {
    const sources: Source[] = [];
    const add = (kind: number, name: string): boolean => {
      const table = this.#trace.tables.get(name);
      if (table === undefined || table.length === 0) return false;
      sources.push({ kind, table, time: table.time, length: table.length, row: 0 });
      return true;
    };
    add(FORK, "sched_process_fork");
    // sched_waking says who; sched_wakeup is emitted on the target CPU, often in an IPI, and only serves where waking is missing
    if (!add(WAKING, "sched_waking")) add(WAKING, "sched_wakeup");
    add(WAKE_NEW, "sched_wakeup_new");
    add(MIGRATE, "sched_migrate_task");
    sources.push({ kind: SWITCH, table: undefined, time: this.#switches.time, length: this.#switches.length, row: 0 });
    for (;;) {
      let next: Source | undefined;
      let time = Number.POSITIVE_INFINITY;
      for (const source of sources) {
        if (source.row === source.length) continue;
        const candidate = source.time[source.row] as number;
        if (candidate < time) {
          time = candidate;
          next = source;
        }
      }
      if (next === undefined) break;
      const row = next.row++;
      if (next.table === undefined) this.#switch(row, time);
      else this.#event(next.kind, next.table, row, time);
    }
    return this.#finish();
  }

  #event(kind: number, table: EventTable, row: number, time: number): void {
    const threads = this.#trace.threads;
    const tid = (kind === FORK ? table.fields["child_pid"] : table.fields["pid"])?.[row] ?? 0;
    const thread = threads.at(tid, time);
    if (thread <= IDLE_THREAD) return;
    if (kind === FORK) {
      if (this.#state[thread] === STATE.unborn) this.#close(thread, time, STATE.sleeping, this.#cpu[thread] as number, -1);
      return;
    }
    if (kind === MIGRATE) {
      const state = this.#state[thread];
      const cpu = table.fields["dest_cpu"]?.[row] ?? 0;
      // a runnable thread waits for another CPU from here on; a sleeping one is only told where it will wake
      if (state === STATE.runnable || state === STATE.preempted) this.#close(thread, time, state, cpu, -1);
      else if (state !== STATE.running) this.#cpu[thread] = cpu;
      return;
    }
    const edge = this.#addWake(table, row, time, thread);
    switch (this.#state[thread]) {
      case STATE.running:
        this.#pending[thread] = edge;
        return;
      case STATE.runnable:
      case STATE.preempted:
        return;
      default:
        // an unknown thread that is woken was asleep until now: waking is only emitted for a task whose state says so
        if (this.#state[thread] === STATE.unknown) this.#state[thread] = STATE.sleeping;
        this.#close(thread, time, STATE.runnable, this.#wakes.target.values[edge] as number, edge);
    }
  }

  #addWake(table: EventTable, row: number, time: number, wakee: number): number {
    const wakes = this.#wakes;
    wakes.time.push(time);
    wakes.cpu.push(table.cpu[row] as number);
    wakes.flags.push(table.flags[row] as number);
    wakes.waker.push(this.#trace.threads.at(table.tid[row] as number, time));
    wakes.wakee.push(wakee);
    return wakes.target.push(table.fields["target_cpu"]?.[row] ?? (table.cpu[row] as number));
  }

  #switch(row: number, time: number): void {
    const threads = this.#trace.threads;
    const switches = this.#switches;
    const cpu = switches.cpu[row] as number;
    const previous = threads.at(switches.previous[row] as number, time);
    const next = threads.at(switches.next[row] as number, time);
    const known = this.#running[cpu] as number;
    if (known > IDLE_THREAD && known !== previous && this.#state[known] === STATE.running) {
      // its switch-out was lost
      this.#close(known, time, STATE.unknown, cpu, -1);
    }
    if (previous > IDLE_THREAD) {
      // the first event of a thread that leaves the CPU: it was on it since the previous switch there
      if (this.#state[previous] === STATE.unknown && known === NO_THREAD) this.#state[previous] = STATE.running;
      if (this.#state[previous] !== STATE.running) this.#close(previous, time, STATE.running, cpu, -1);
      this.#cpu[previous] = cpu;
      const raw = switches.previousState[row] as number;
      const after = raw === STATE_UNSEEN ? STATE.unknown : stateOfSwitchOut(raw);
      if (after === STATE.preempted) this.#pending[previous] = -1;
      this.#close(previous, time, after, cpu, -1);
    }
    if (next > IDLE_THREAD) {
      const state = this.#state[next];
      const pending = this.#pending[next] as number;
      if (pending >= 0 && (state === STATE.sleeping || state === STATE.blocked)) {
        // woken while it was leaving the CPU: it never slept
        const since = this.#since[next] as number;
        this.#close(next, since, STATE.runnable, cpu, pending);
      }
      this.#pending[next] = -1;
      this.#close(next, time, STATE.running, cpu, -1);
    }
    this.#running[cpu] = next;
  }

  /** Ends the thread's interval at `time` and opens the next one. */
  #close(thread: number, time: number, state: number, cpu: number, wake: number): void {
    const since = this.#since[thread] as number;
    if (time > since || wake >= 0) {
      const out = this.#out;
      out.thread.push(thread);
      out.start.push(since);
      out.end.push(time);
      out.state.push(this.#state[thread] as number);
      out.cpu.push(this.#cpu[thread] as number);
      out.wake.push(wake);
    }
    this.#since[thread] = time;
    this.#state[thread] = state;
    this.#cpu[thread] = cpu;
  }

  #finish(): { states: ThreadStates; wakes: WakeEdges } {
    const count = this.#trace.threads.length;
    for (let thread = 1; thread < count; thread++) this.#close(thread, this.#trace.end, this.#state[thread] as number, this.#cpu[thread] as number, -1);
    const out = this.#out;
    const rows = out.thread.length;
    const { first, order } = groupRows(out.thread.values, rows, count);
    const states: ThreadStates = {
      first,
      start: new Float64Array(rows),
      end: new Float64Array(rows),
      state: new Uint8Array(rows),
      cpu: new Uint16Array(rows),
      wake: new Int32Array(rows),
    };
    for (let at = 0; at < rows; at++) {
      const row = order[at] as number;
      states.start[at] = out.start.values[row] as number;
      states.end[at] = out.end.values[row] as number;
      states.state[at] = out.state.values[row] as number;
      states.cpu[at] = out.cpu.values[row] as number;
      states.wake[at] = out.wake.values[row] as number;
    }
    const wakes = this.#wakes;
    return {
      states,
      wakes: {
        length: wakes.time.length,
        time: wakes.time.build(),
        cpu: wakes.cpu.build(),
        flags: wakes.flags.build(),
        waker: wakes.waker.build(),
        wakee: wakes.wakee.build(),
        targetCpu: wakes.target.build(),
      },
    };
  }
}
