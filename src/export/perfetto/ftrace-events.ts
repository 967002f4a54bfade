/**
 * Which events does Perfetto get as the kernel's own, and from which columns? Numbers: protos/perfetto/trace/ftrace/ftrace_event.proto
 * and sched, task, irq, irq_vectors, power .proto beside it (see fields.ts). Events at the same ns on one CPU are written in this
 * order, which is the order in which the timeline reads them: ends before the switch, begins after it.
 */

/** `text`: the column holds strings; `name`: the column holds a tid, and its task's name then is written. */
export type FtraceFieldKind = "integer" | "text" | "name";

export interface FtraceField {
  readonly number: number;
  readonly column: string;
  readonly kind: FtraceFieldKind;
}

export interface FtraceEventSpec {
  readonly name: string;
  readonly number: number;
  readonly fields: readonly FtraceField[];
}

type Columns = Readonly<Record<string, number>>;

/** `names`: by number of the field, the column of the tid whose name it is. */
function event(name: string, number: number, integers: Columns, { texts = {}, names = {} }: { texts?: Columns; names?: Columns } = {}): FtraceEventSpec {
  const of = (columns: Columns, kind: FtraceFieldKind): FtraceField[] => Object.entries(columns).map(([column, each]) => ({ number: each, column, kind }));
  return { name, number, fields: [...of(integers, "integer"), ...of(texts, "text"), ...of(names, "name")].sort((a, b) => a.number - b.number) };
}

export const FTRACE_EVENTS: readonly FtraceEventSpec[] = [
  event("sched_process_fork", 239, { parent_pid: 2, child_pid: 4 }, { texts: { child_comm: 3 }, names: { parent_pid: 1 } }),
  event("task_newtask", 235, { pid: 1, clone_flags: 3 }, { texts: { comm: 2 } }),
  event("task_rename", 236, { pid: 1 }, { texts: { oldcomm: 2, newcomm: 3 } }),
  event("sched_process_exec", 237, { pid: 2, old_pid: 3 }, { texts: { filename: 1 } }),
  event("sched_waking", 20, { pid: 2, prio: 3, target_cpu: 5 }, { names: { pid: 1 } }),
  event("sched_wakeup", 17, { pid: 2, target_cpu: 5 }, { names: { pid: 1 } }),
  event("sched_wakeup_new", 114, { pid: 2, target_cpu: 5 }, { names: { pid: 1 } }),
  event("sched_migrate_task", 491, { pid: 2, orig_cpu: 4, dest_cpu: 5 }, { names: { pid: 1 } }),
  event("irq_handler_exit", 37, { irq: 1, ret: 2 }),
  event("softirq_exit", 25, { vec: 1 }),
  event("local_timer_exit", 560, { vector: 1 }),
  event("softirq_raise", 26, { vec: 1 }),
  event("sched_process_exit", 238, { pid: 2 }, { texts: { comm: 1 } }),
  event("sched_switch", 4, { prev_pid: 2, prev_prio: 3, prev_state: 4, next_pid: 6, next_prio: 7 }, { names: { prev_pid: 1, next_pid: 5 } }),
  event("local_timer_entry", 559, { vector: 1 }),
  event("irq_handler_entry", 36, { irq: 1 }, { texts: { name: 2 } }),
  event("softirq_entry", 24, { vec: 1 }),
  event("cpu_frequency", 11, { state: 1, cpu_id: 2 }),
];
