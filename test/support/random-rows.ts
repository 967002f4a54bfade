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
  const current = new Int32Array(cpus);
  const rows: TraceRow[] = [];
  let time = Math.floor(random() * 1000);
  for (let index = 0; index < length; index++) {
    // equal stamps happen: coarse clocks, text with microseconds
    time += random() < 0.1 ? 0 : Math.floor(random() ** 4 * 20_000_000);
    const cpu = Math.floor(random() * cpus);
    const tid = random() < 0.95 ? (current[cpu] as number) : pick(tids);
    const at = { time, cpu, tid, flags: pick(FLAGS) };
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
    else if (roll < 0.97) rows.push({ ...at, event: pick(["block_rq_issue", "block_rq_complete"]), fields: { dev: 8, sector: pick([1, 2]) } });
    else if (roll < 0.985) {
      const child = 200 + threads.length;
      threads.push({ tid: child, pid: 100, comm: `t${child}`, born: time, parentTid: pick(tids), isKernel: false });
      tids.push(child);
      rows.push({ ...at, event: "sched_process_fork", fields: { parent_pid: tid, child_pid: child } });
    } else rows.push({ ...at, event: "sched_wakeup_new", fields: { pid: pick(tids), target_cpu: cpu } });
  }
  return { rows, threads, cpus, end: time + 1000 };
}
