/**
 * In which state was each thread, at every moment? Exactly one of STATES at any time, intervals touch, nothing overlaps.
 *
 * Built in one pass over the scheduler events, merged by time:
 *   switch-out  running -> preempted (R) | sleeping (S, I) | blocked (D) | stopped (T, t) | dead (X, Z)
 *   waking      sleeping | blocked | stopped | unknown -> runnable, and the wake edge is kept on the closed interval
 *   switch-in   anything -> running
 * A second waking of a thread that is already runnable never restarts the clock. A waking that comes while the thread
 * is still running (it had set its state but not left the CPU yet) is kept as pending, and used when the thread then
 * comes back without another waking.
 */
import { IDLE_THREAD, NO_THREAD, type ThreadIndex, type Trace } from "../trace/index.ts";
import { mergeSources, type SortedSource } from "./merge-sources.ts";
import { STATE_UNSEEN, type Switches } from "./switches.ts";
import type { WakeEdges } from "./wake-edges.ts";

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

/** One thread's intervals in order: the first begins with the recording, each begins where the one before ends, the last ends with the recording. */
export interface StateRows {
  readonly length: number;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly state: Uint8Array;
  /** running: the CPU; runnable and preempted: the run queue; otherwise the last CPU */
  readonly cpu: Uint16Array;
  /** the wake edge that ended this interval, -1 when it did not end by a wake */
  readonly wake: Int32Array;
}

export interface ThreadStates {
  /** No rows for a thread that is none, and for idle. */
  of(thread: ThreadIndex): StateRows;
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

export function buildThreadStates(trace: Trace, switches: Switches, wakes: WakeEdges): ThreadStates {
  const builder = new StateBuilder(trace, switches, wakes);
  mergeSources(builder.sources());
  builder.finish();
  const built: StateRows[] = [];
  return { of: (thread) => (built[thread] ??= builder.rowsOf(thread)) };
}

const NO_ROWS: StateRows = {
  length: 0,
  start: new Float64Array(),
  end: new Float64Array(),
  state: new Uint8Array(),
  cpu: new Uint16Array(),
  wake: new Int32Array(),
};

const boundaries = (trace: Trace): Float64Array => Float64Array.from(trace.unread.flatMap(({ from, to }) => [from, to]));

class StateBuilder {
  readonly #trace: Trace;
  readonly #switches: Switches;
  readonly #wakes: WakeEdges;
  /** the threads that each row is about */
  readonly #previous: Int32Array;
  readonly #next: Int32Array;
  readonly #wakee: Int32Array;
  readonly #child: Int32Array;
  readonly #migrated: Int32Array;
  readonly #destinations: ArrayLike<number> | undefined;
  /** by thread */
  readonly #state: Uint8Array;
  readonly #since: Float64Array;
  readonly #cpu: Uint16Array;
  /** a wake that came while the thread was running; -1 = none */
  readonly #pending: Int32Array;
  /** by CPU, the thread that was switched to */
  readonly #running: Int32Array;
  /** where a thread's rows begin, with room for all it can have, and the next to be written */
  readonly #first: Int32Array;
  readonly #cursor: Int32Array;
  /** rows of all threads */
  readonly #start: Float64Array;
  readonly #states: Uint8Array;
  readonly #cpus: Uint16Array;
  readonly #wakeRows: Int32Array;

  constructor(trace: Trace, switches: Switches, wakes: WakeEdges) {
    const { threads } = trace;
    const count = threads.length;
    const forks = trace.tables.get("sched_process_fork");
    const migrations = trace.tables.get("sched_migrate_task");
    this.#trace = trace;
    this.#switches = switches;
    this.#wakes = wakes;
    this.#previous = threads.atEach(switches.previous, switches.time);
    this.#next = threads.atEach(switches.next, switches.time);
    this.#wakee = threads.atEach(wakes.wakeeTid, wakes.time);
    this.#child = threads.atEach(forks?.fields["child_pid"] ?? [], forks?.time ?? []);
    this.#migrated = threads.atEach(migrations?.fields["pid"] ?? [], migrations?.time ?? []);
    this.#destinations = migrations?.fields["dest_cpu"];
    this.#state = new Uint8Array(count);
    for (let thread = 0; thread < count; thread++) if (threads.row(thread as ThreadIndex).born > trace.begin) this.#state[thread] = STATE.unborn;
    this.#since = new Float64Array(count).fill(trace.begin);
    this.#cpu = new Uint16Array(count);
    this.#pending = new Int32Array(count).fill(-1);
    this.#running = new Int32Array(trace.machine.cpus).fill(NO_THREAD);
    this.#first = this.#makeRoom(count);
    this.#cursor = this.#first.slice();
    const rows = this.#first[count] as number;
    this.#start = new Float64Array(rows);
    this.#states = new Uint8Array(rows);
    this.#cpus = new Uint16Array(rows);
    this.#wakeRows = new Int32Array(rows);
  }

  /** In this order when stamps are equal. */
  sources(): SortedSource[] {
    const { tables } = this.#trace;
    const none = new Float64Array();
    return [
      { times: boundaries(this.#trace), visit: (_, time) => this.#forget(time) },
      { times: tables.get("sched_process_fork")?.time ?? none, visit: (row, time) => this.#fork(row, time) },
      // two tables' edges stand one behind the other, each of them in order of time
      ...this.#wakes.parts.map(([from, to]) => ({
        times: this.#wakes.time.subarray(from, to),
        visit: (row: number, time: number) => this.#woken(from + row, time),
      })),
      { times: tables.get("sched_migrate_task")?.time ?? none, visit: (row, time) => this.#migrate(row, time) },
      { times: this.#switches.time, visit: (row, time) => this.#switch(row, time) },
    ];
  }

  finish(): void {
    const { end } = this.#trace;
    for (let thread = 1; thread < this.#state.length; thread++) {
      this.#close(thread, end, this.#state[thread] as number, this.#cpu[thread] as number, -1);
      // behind the last row: the end of its interval
      this.#start[this.#cursor[thread] as number] = end;
    }
  }

  rowsOf(thread: ThreadIndex): StateRows {
    if (thread <= IDLE_THREAD || thread >= this.#state.length) return NO_ROWS;
    const [from, to] = [this.#first[thread] as number, this.#cursor[thread] as number];
    return {
      length: to - from,
      start: this.#start.subarray(from, to),
      end: this.#start.subarray(from + 1, to + 1),
      state: this.#states.subarray(from, to),
      cpu: this.#cpus.subarray(from, to),
      wake: this.#wakeRows.subarray(from, to),
    };
  }

  /**
   * Where each thread's rows begin when all have room for the most they can need. A wake, a migration, a fork close one interval; a
   * switch two of each side (when the event before it was lost, or a pending wake comes first); a lost switch-out one. Memory that is
   * never written to costs nothing.
   */
  #makeRoom(count: number): Int32Array {
    const room = new Int32Array(count + 1);
    const add = (threads: Int32Array, rows: number): void => {
      for (let row = 0; row < threads.length; row++) {
        const thread = threads[row] as number;
        if (thread > IDLE_THREAD) room[thread + 1] = (room[thread + 1] as number) + rows;
      }
    };
    add(this.#child, 1);
    add(this.#wakee, 1);
    add(this.#migrated, 1);
    add(this.#previous, 2);
    // one of the three is for a switch-out that is lost: it was switched to before
    add(this.#next, 3);
    // the last interval, and its end
    const more = 2 + 2 * this.#trace.unread.length;
    for (let thread = 0; thread < count; thread++) room[thread + 1] = (room[thread + 1] as number) + (room[thread] as number) + more;
    return room;
  }

  /** Here the recording was not read on, or is read again: nothing is known of those that live. */
  #forget(time: number): void {
    this.#running.fill(NO_THREAD);
    this.#pending.fill(-1);
    for (let thread = 1; thread < this.#state.length; thread++) {
      const state = this.#state[thread];
      if (state !== STATE.unborn && state !== STATE.dead) this.#close(thread, time, STATE.unknown, this.#cpu[thread] as number, -1);
    }
  }

  #fork(row: number, time: number): void {
    const thread = this.#child[row] as number;
    if (thread > IDLE_THREAD && this.#state[thread] === STATE.unborn) this.#close(thread, time, STATE.sleeping, this.#cpu[thread] as number, -1);
  }

  #woken(edge: number, time: number): void {
    const thread = this.#wakee[edge] as number;
    if (thread <= IDLE_THREAD) return;
    const state = this.#state[thread];
    if (state === STATE.running) this.#pending[thread] = edge;
    if (state === STATE.running || state === STATE.runnable || state === STATE.preempted) return;
    // an unknown thread that is woken was asleep until now: waking is only emitted for a task whose state says so
    if (state === STATE.unknown) this.#state[thread] = STATE.sleeping;
    this.#close(thread, time, STATE.runnable, this.#wakes.targetCpu[edge] as number, edge);
  }

  #migrate(row: number, time: number): void {
    const thread = this.#migrated[row] as number;
    if (thread <= IDLE_THREAD) return;
    const state = this.#state[thread] as number;
    const cpu = this.#destinations?.[row] ?? 0;
    // a runnable thread waits for another CPU from here on; a sleeping one is only told where it will wake
    if (state === STATE.runnable || state === STATE.preempted) this.#close(thread, time, state, cpu, -1);
    else if (state !== STATE.running) this.#cpu[thread] = cpu;
  }

  #switch(row: number, time: number): void {
    const cpu = this.#switches.cpu[row] as number;
    const previous = this.#previous[row] as number;
    const next = this.#next[row] as number;
    const known = this.#running[cpu] as number;
    // somebody else leaves the CPU that this thread was on: its own switch-out was lost
    if (known !== previous && known > IDLE_THREAD && this.#state[known] === STATE.running && this.#cpu[known] === cpu)
      this.#close(known, time, STATE.unknown, cpu, -1);
    if (previous > IDLE_THREAD) this.#out(row, previous, time, cpu, known === NO_THREAD);
    if (next > IDLE_THREAD) this.#in(next, time, cpu);
    this.#running[cpu] = next;
  }

  #out(row: number, thread: number, time: number, cpu: number, isFirst: boolean): void {
    // the first event of a thread that leaves the CPU: it was on it since the previous switch there
    if (this.#state[thread] === STATE.unknown && isFirst) this.#state[thread] = STATE.running;
    if (this.#state[thread] !== STATE.running) this.#close(thread, time, STATE.running, cpu, -1);
    this.#cpu[thread] = cpu;
    const raw = this.#switches.previousState[row] as number;
    const after = raw === STATE_UNSEEN ? STATE.unknown : stateOfSwitchOut(raw);
    if (after === STATE.preempted) this.#pending[thread] = -1;
    this.#close(thread, time, after, cpu, -1);
  }

  #in(thread: number, time: number, cpu: number): void {
    const pending = this.#pending[thread] as number;
    if (pending >= 0) {
      const state = this.#state[thread];
      // woken while it was leaving the CPU: it never slept
      if (state === STATE.sleeping || state === STATE.blocked) this.#close(thread, this.#since[thread] as number, STATE.runnable, cpu, pending);
      this.#pending[thread] = -1;
    }
    this.#close(thread, time, STATE.running, cpu, -1);
  }

  /** Ends the thread's interval at `time` and opens the next one. */
  #close(thread: number, time: number, state: number, cpu: number, wake: number): void {
    const since = this.#since[thread] as number;
    if (time > since || wake >= 0) {
      const row = this.#cursor[thread] as number;
      this.#cursor[thread] = row + 1;
      this.#start[row] = since;
      this.#states[row] = this.#state[thread] as number;
      this.#cpus[row] = this.#cpu[thread] as number;
      this.#wakeRows[row] = wake;
    }
    this.#since[thread] = time;
    this.#state[thread] = state;
    this.#cpu[thread] = cpu;
  }
}
