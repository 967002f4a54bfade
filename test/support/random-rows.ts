/** Random event streams for property tests: partly plausible (a CPU's current task is tracked), partly nonsense (as after losses). */
import type { ThreadSeed } from "../../src/trace/index.ts";
import type { TraceRow } from "./trace-of-rows.ts";

/** mulberry32: small, seeded, good enough to cover states */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface RandomStream {
  readonly rows: readonly TraceRow[];
  readonly threads: readonly ThreadSeed[];
  readonly cpus: number;
  readonly end: number;
}

const PREV_STATES = [0, 0x100, 1, 1, 1, 2, 4, 16, 130, 64];
const SYSCALLS = [202, 232, 0, 1, 230, 7, 74, 44];
const FLAGS = [0, 0, 0, 1, 4, 8, 0x10, 0x18, 0x40, 0x80];
/** tids of kernel threads that work for others: ksoftirqd of CPU 0, and two kernel workers */
const KSOFTIRQD = 16;
const WORKERS = [17, 18];
const WORK = [0x100, 0x200, 0x300];

export function randomStream(seed: number, length: number): RandomStream {
  const random = generator(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const cpus = 1 + Math.floor(random() * 3);
  const tids = Array.from({ length: 2 + Math.floor(random() * 5) }, (_, index) => 100 + index);
  const processes = [100, 100, 102, 103];
  const threads: ThreadSeed[] = tids.map((tid, index) => ({
    tid,
    pid: processes[index % processes.length] as number,
    comm: `t${tid}`,
    born: Number.NEGATIVE_INFINITY,
    parentTid: -1,
    isKernel: random() < 0.1,
  }));
  for (const [tid, comm] of [[KSOFTIRQD, "ksoftirqd/0"], ...WORKERS.map((worker) => [worker, `kworker/0:${worker}`] as const)] as const)
    threads.push({ tid, pid: tid, comm, born: Number.NEGATIVE_INFINITY, parentTid: -1, isKernel: true });
  const current = new Int32Array(cpus);
  const rows: TraceRow[] = [];
  let time = Math.floor(random() * 1000);
  for (let index = 0; index < length; index++) {
    // equal stamps happen: coarse clocks, text with microseconds
    time += random() < 0.1 ? 0 : Math.floor(random() ** 4 * 20_000_000);
    const cpu = Math.floor(random() * cpus);
    const tid = random() < 0.95 ? (current[cpu] as number) : pick(tids);
    const at = { time, cpu, tid, flags: pick(FLAGS) };
    if (random() < 0.08) {
      const burst = random() < 0.4 ? workBurst : random() < 0.5 ? softirqBurst : lateTimerBurst;
      const made = burst({ random, pick, cpus, tids, current, time });
      rows.push(...made);
      time = made.at(-1)?.time ?? time;
      continue;
    }
    const roll = random();
    if (roll < 0.3) {
      const next = random() < 0.25 ? 0 : pick(tids);
      rows.push({
        ...at,
        event: "sched_switch",
        fields: { prev_pid: tid, prev_prio: 120, prev_state: pick(PREV_STATES), next_pid: next, next_prio: pick([120, 100, 50]) },
      });
      current[cpu] = next;
    } else if (roll < 0.55) rows.push({ ...at, event: "sched_waking", fields: { pid: pick(tids), target_cpu: Math.floor(random() * cpus) } });
    else if (roll < 0.6)
      rows.push({ ...at, event: pick(["irq_handler_entry", "irq_handler_exit", "local_timer_entry", "local_timer_exit"]), fields: { irq: 5 } });
    else if (roll < 0.7) rows.push({ ...at, event: pick(["softirq_entry", "softirq_exit", "softirq_raise"]), fields: { vec: pick([1, 3, 4, 7]) } });
    else if (roll < 0.82)
      rows.push({ ...at, event: pick(["sys_enter", "sys_exit"]), fields: { id: pick(SYSCALLS), arg0: pick([1, 2, 5, 9]), arg2: pick([1, 8, 100]) } });
    else if (roll < 0.86)
      rows.push({ ...at, event: pick(["mm_vmscan_direct_reclaim_begin", "mm_vmscan_direct_reclaim_end", "mm_compaction_begin", "mm_compaction_end"]) });
    else if (roll < 0.9) rows.push({ ...at, event: "sched_migrate_task", fields: { pid: pick(tids), orig_cpu: cpu, dest_cpu: Math.floor(random() * cpus) } });
    else if (roll < 0.94)
      rows.push({
        ...at,
        event: pick(["hrtimer_start", "hrtimer_expire_entry", "hrtimer_expire_exit"]),
        fields: { hrtimer: pick([1, 2]), expires: time - pick([0, 5_000_000]), now: time },
      });
    else if (roll < 0.96)
      rows.push({ ...at, event: pick(["block_bio_queue", "block_rq_issue", "block_rq_complete"]), fields: { dev: 8, sector: pick([1, 2]) } });
    else if (roll < 0.97)
      rows.push({ ...at, event: pick(["workqueue_queue_work", "workqueue_execute_start", "workqueue_execute_end"]), fields: { work: pick(WORK) } });
    else if (roll < 0.985) {
      const child = 200 + threads.length;
      threads.push({ tid: child, pid: 100, comm: `t${child}`, born: time, parentTid: pick(tids), isKernel: false });
      tids.push(child);
      rows.push({ ...at, event: "sched_process_fork", fields: { parent_pid: tid, child_pid: child } });
    } else rows.push({ ...at, event: "sched_wakeup_new", fields: { pid: pick(tids), target_cpu: cpu } });
  }
  return { rows, threads, cpus, end: time + 1000 };
}

interface BurstState {
  readonly random: () => number;
  readonly pick: <T>(list: readonly T[]) => T;
  readonly cpus: number;
  readonly tids: readonly number[];
  readonly current: Int32Array;
  readonly time: number;
}

/** Rows of one burst, each some time after the one before; a switch keeps the CPU's current task up to date. */
function burstOf({ random, current, time }: BurstState) {
  const rows: TraceRow[] = [];
  let now = time;
  const add = (event: string, cpu: number, fields: Readonly<Record<string, number>>, options: { tid?: number; flags?: number } = {}): void => {
    now += Math.floor(random() ** 2 * 3_000_000);
    // some rows are missing, as after losses
    if (random() < 0.03) return;
    rows.push({ event, time: now, cpu, tid: options.tid ?? (current[cpu] as number), flags: options.flags ?? 0, fields });
  };
  const switchTo = (cpu: number, next: number, state: number): void => {
    add("sched_switch", cpu, { prev_pid: current[cpu] as number, prev_prio: 120, prev_state: state, next_pid: next, next_prio: 120 });
    current[cpu] = next;
  };
  return { rows, add, switchTo, now: () => now };
}

/** Work is queued by a thread or an interrupt, a worker comes to it, perhaps behind other work, and wakes somebody. */
function workBurst(state: BurstState): TraceRow[] {
  const { random, pick, cpus, tids } = state;
  const { rows, add, switchTo } = burstOf(state);
  const [cpu, other] = [Math.floor(random() * cpus), Math.floor(random() * cpus)];
  const [worker, sleeper, work] = [pick(WORKERS), pick(tids), pick(WORK)];
  add("workqueue_queue_work", other, { work }, { flags: pick([0, 0, 9]) });
  if (random() < 0.5) switchTo(other, pick(tids), 0);
  switchTo(other, sleeper, 1);
  switchTo(other, pick([0, ...tids]), pick([1, 2]));
  if (random() < 0.5) add("sched_waking", other, { pid: worker, target_cpu: cpu });
  switchTo(cpu, worker, 0);
  if (random() < 0.5) {
    add("workqueue_execute_start", cpu, { work: pick(WORK) });
    add("workqueue_execute_end", cpu, {});
  }
  add("workqueue_execute_start", cpu, { work });
  add("sched_waking", cpu, { pid: sleeper, target_cpu: other });
  add("workqueue_execute_end", cpu, { work });
  switchTo(cpu, pick([0, sleeper]), 1);
  return rows;
}

/** A network softirq is raised by a thread or a device and left to ksoftirqd, which waits behind somebody and wakes a sleeper. */
function softirqBurst(state: BurstState): TraceRow[] {
  const { random, pick, cpus, tids } = state;
  const { rows, add, switchTo } = burstOf(state);
  const [cpu, other] = [Math.floor(random() * cpus), Math.floor(random() * cpus)];
  const sleeper = pick(tids);
  switchTo(other, sleeper, 0);
  switchTo(other, pick([0, ...tids]), 1);
  add("softirq_raise", cpu, { vec: 3 }, { flags: pick([1, 9]) });
  add("sched_waking", cpu, { pid: KSOFTIRQD, target_cpu: cpu });
  switchTo(cpu, pick(tids), 0);
  switchTo(cpu, KSOFTIRQD, 0);
  add("softirq_entry", cpu, { vec: 3 }, { flags: 0x10 });
  add("sched_waking", cpu, { pid: sleeper, target_cpu: other }, { flags: 0x10 });
  add("softirq_exit", cpu, { vec: 3 }, { flags: 0x10 });
  switchTo(cpu, pick([0, sleeper]), 1);
  return rows;
}

/** A sleep ends by a timer that was due long before, whoever had the CPU meanwhile. */
function lateTimerBurst(state: BurstState): TraceRow[] {
  const { random, pick, cpus, tids } = state;
  const { rows, add, switchTo, now } = burstOf(state);
  const cpu = Math.floor(random() * cpus);
  const sleeper = pick(tids);
  switchTo(cpu, sleeper, 0);
  add("hrtimer_start", cpu, { hrtimer: 7, expires: now() + Math.floor(random() * 1_000_000) });
  switchTo(cpu, pick([0, ...tids, ...WORKERS]), 1);
  if (random() < 0.5) switchTo(cpu, pick([0, ...tids, ...WORKERS]), 0);
  add("hrtimer_expire_entry", cpu, { hrtimer: 7, now: now() + 2_000_000 }, { flags: 9 });
  add("sched_waking", cpu, { pid: sleeper, target_cpu: cpu }, { flags: 9 });
  add("hrtimer_expire_exit", cpu, { hrtimer: 7 }, { flags: 9 });
  switchTo(cpu, sleeper, 0);
  return rows;
}
