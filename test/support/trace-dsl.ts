/**
 * Scenes for tests: events in words -> real ring-buffer bytes -> the importer -> Trace. So every synthetic test also
 * tests the importer.
 *
 *   const trace = scene({ cpus: 2, threads: [{ tid: 10, comm: "client" }, { tid: 20, comm: "server" }, { tid: 21, pid: 20, comm: "worker" }] })
 *     .at(0).marker("stallscope request begin id=0", { tid: 10 })
 *     .at(100).switch(0, 10, "S", 20)                // us; client sleeps on CPU 0, server runs
 *     .at(150).waking(0, 20, 21, 1)                  // on CPU 0 server wakes worker, which shall run on CPU 1
 *     .at(160).switch(1, 0, "R", 21)
 *     .irq(1, 200, 230, 33, "eth0")                  // begin and end in us, the cursor does not matter
 *     .syscall(21, 1, 240, 400, 202, [0x1000], 0)
 *     .at(400).switch(1, 21, "D", 0).stack(21, ["schedule", "io_schedule", "folio_wait_bit"])
 *     .trace();
 *
 * - Time 0 of the scene is TimeNs 0 of the trace: each scene begins with one `sched_wake_idle_without_ipi` on CPU 0,
 *   an event that is counted and never decoded. Times are us (fractions allowed, to the ns) and may come in any order.
 * - tid 0 is the idle task. `pid` is the tid unless given. A thread made by fork() must not be in `threads`.
 * - The thread current on a CPU follows from the switches; before the first switch it is that switch's prev.
 *   Where a verb takes no tid, the current one is recorded; where it does, that one is, right or wrong.
 * - Timers, work items and files are told apart by small numbers of the scene's choice.
 * - Functions get made-up addresses (kallsyms has them); `address(name)` tells, e.g. for hrtimer or work functions.
 * - `lose(cpu, us, count?)`: events were lost on that CPU just before its first event from then on.
 * - `deep: ["sys_enter", ...]` puts those events into a second buffer named `deep`, as a capture does; `second` names it otherwise.
 */
import type { ThreadInfo } from "../../src/bundle/index.ts";
import { importTrace } from "../../src/import/index.ts";
import type { Trace } from "../../src/trace/index.ts";
import type { FieldValue } from "./encode-record.ts";
import { writePages, type WrittenEvent, type WrittenLoss } from "./ring-buffer-writer.ts";
import { metadata, traceDatBytes } from "./trace-dat.ts";

export interface SceneThread {
  readonly tid: number;
  readonly comm: string;
  readonly pid?: number;
  readonly isKernel?: boolean;
  /** kernel priority: 120 = nice 0, below 100 = real time */
  readonly prio?: number;
}

export interface SceneSetup {
  readonly cpus: number;
  readonly threads: readonly SceneThread[];
  /** names of events that go to the second buffer */
  readonly deep?: readonly string[];
  /** name of the second buffer; default `deep` */
  readonly second?: string;
  /** absolute ns of time 0; default 1000 s */
  readonly base?: bigint;
}

/** prev_state of sched_switch: a letter as ftrace prints it, or the raw mask. */
export type SwitchState = "R" | "R+" | "S" | "D" | "T" | "t" | "X" | "Z" | "P" | "I" | number;

/** include/linux/sched.h and the print fmt of sched_switch, 6.18 */
const STATES: Readonly<Record<string, number>> = { R: 0, "R+": 0x100, S: 1, D: 2, T: 4, t: 8, X: 16, Z: 32, P: 64, I: 128 };
const CLONE_THREAD = 0x10000;
/** 254:0, a virtio disk */
const FILE_DEVICE = 0xfe00000;
const FIRST_FUNCTION = 0xffffffff81000000n;

const workAddress = (item: number): bigint => 0xffff888100000000n + BigInt(item) * 0x20n;

export interface EventOptions {
  /** default: the current thread of that CPU */
  readonly tid?: number;
  readonly flags?: number;
  readonly preemptCount?: number;
  readonly fields?: Readonly<Record<string, FieldValue>>;
}

type Pending = Omit<WrittenEvent, "tid"> & { readonly tid: number | undefined };

export class Scene {
  readonly #setup: SceneSetup;
  readonly #threads: Map<number, SceneThread>;
  readonly #base: bigint;
  readonly #functions = new Map<string, bigint>();
  readonly #events: Pending[] = [];
  readonly #losses: WrittenLoss[] = [];
  #now = 0;

  constructor(setup: SceneSetup) {
    this.#setup = setup;
    this.#base = setup.base ?? 1_000_000_000_000n;
    this.#threads = new Map([{ tid: 0, comm: "swapper", prio: 120 }, ...setup.threads].map((thread) => [thread.tid, thread]));
  }

  /** Sets the cursor, in us. */
  at(us: number): this {
    this.#now = us;
    return this;
  }

  /** Any event, at the cursor. `time` fields of the payload are absolute: see `stamp`. */
  event(name: string, cpu: number, options: EventOptions = {}): this {
    this.#events.push({
      event: name,
      cpu,
      timeNs: Math.round(this.#now * 1000),
      tid: options.tid,
      flags: options.flags ?? 0,
      preemptCount: options.preemptCount ?? 0,
      fields: options.fields ?? {},
    });
    return this;
  }

  /** Absolute ns of a moment of the scene, for payloads such as hrtimer `expires`. */
  stamp(us: number): bigint {
    return this.#base + BigInt(Math.round(us * 1000));
  }

  address(name: string): bigint {
    const known = this.#functions.get(name);
    if (known !== undefined) return known;
    const address = FIRST_FUNCTION + BigInt(this.#functions.size) * 0x1000n;
    this.#functions.set(name, address);
    return address;
  }

  switch(cpu: number, from: number, state: SwitchState, to: number, flags = 0): this {
    const [prev, next] = [this.#thread(from), this.#thread(to)];
    return this.event("sched_switch", cpu, {
      tid: from,
      flags,
      fields: {
        prev_comm: prev.comm,
        prev_pid: from,
        prev_prio: prev.prio ?? 120,
        prev_state: typeof state === "number" ? state : (STATES[state] as number),
        next_comm: next.comm,
        next_pid: to,
        next_prio: next.prio ?? 120,
      },
    });
  }

  /** On `cpu`, thread `by` (or an interrupt over it: give flags) makes `wakee` runnable on `target`. */
  waking(cpu: number, by: number, wakee: number, target: number, flags = 0): this {
    const { comm, prio = 120 } = this.#thread(wakee);
    return this.event("sched_waking", cpu, { tid: by, flags, fields: { comm, pid: wakee, prio, target_cpu: target } });
  }

  /** The enqueue that follows a waking. */
  wakeup(cpu: number, by: number, wakee: number, target: number, flags = 0): this {
    const { comm, prio = 120 } = this.#thread(wakee);
    return this.event("sched_wakeup", cpu, { tid: by, flags, fields: { comm, pid: wakee, prio, target_cpu: target } });
  }

  migrate(cpu: number, tid: number, from: number, to: number): this {
    const { comm, prio = 120 } = this.#thread(tid);
    return this.event("sched_migrate_task", cpu, { fields: { comm, pid: tid, prio, orig_cpu: from, dest_cpu: to } });
  }

  irq(cpu: number, begin: number, end: number, irq: number, name: string): this {
    return this.#during(
      begin,
      end,
      () => this.event("irq_handler_entry", cpu, { flags: 9, fields: { irq, name } }),
      () => this.event("irq_handler_exit", cpu, { flags: 9, fields: { irq, ret: 1 } }),
    );
  }

  softirq(cpu: number, begin: number, end: number, vec: number): this {
    return this.#during(
      begin,
      end,
      () => this.event("softirq_entry", cpu, { flags: 0x10, fields: { vec } }),
      () => this.event("softirq_exit", cpu, { flags: 0x10, fields: { vec } }),
    );
  }

  softirqRaise(cpu: number, vec: number): this {
    return this.event("softirq_raise", cpu, { flags: 1, fields: { vec } });
  }

  syscall(tid: number, cpu: number, begin: number, end: number, nr: number, args: readonly (number | bigint)[] = [], ret: number | bigint = 0): this {
    const six = [...args, 0, 0, 0, 0, 0, 0].slice(0, 6);
    return this.#during(
      begin,
      end,
      () => this.event("sys_enter", cpu, { tid, fields: { id: nr, args: six } }),
      () => this.event("sys_exit", cpu, { tid, fields: { id: nr, ret } }),
    );
  }

  /** `thread` true: it joins the parent's process. */
  fork(cpu: number, parent: number, child: SceneThread, options: { thread?: boolean } = {}): this {
    const mother = this.#thread(parent);
    this.#threads.set(child.tid, child);
    return this.event("task_newtask", cpu, {
      tid: parent,
      fields: { pid: child.tid, comm: child.comm, clone_flags: options.thread === true ? CLONE_THREAD : 0 },
    }).event("sched_process_fork", cpu, {
      tid: parent,
      fields: { parent_comm: mother.comm, parent_pid: parent, child_comm: child.comm, child_pid: child.tid },
    });
  }

  exec(cpu: number, tid: number, filename: string): this {
    this.#threads.set(tid, { ...this.#thread(tid), comm: (filename.split("/").at(-1) ?? "").slice(0, 15) });
    return this.event("sched_process_exec", cpu, { tid, fields: { filename, pid: tid, old_pid: tid } });
  }

  exit(cpu: number, tid: number): this {
    const { comm, prio = 120 } = this.#thread(tid);
    return this.event("sched_process_exit", cpu, { tid, fields: { comm, pid: tid, prio } });
  }

  /** Armed at the cursor to expire at `expires`, its handler runs from `begin` to `end` (us). One timer per `timer` number. */
  hrtimer(cpu: number, timer: number, expires: number, begin: number, end: number, functionName = "hrtimer_wakeup"): this {
    const [hrtimer, fn, due] = [0xffff888000000000n + BigInt(timer) * 0x40n, this.address(functionName), this.stamp(expires)];
    return this.event("hrtimer_start", cpu, { fields: { hrtimer, function: fn, expires: due, softexpires: due } }).#during(
      begin,
      end,
      () => this.event("hrtimer_expire_entry", cpu, { flags: 9, fields: { hrtimer, now: this.stamp(begin), function: fn } }),
      () => this.event("hrtimer_expire_exit", cpu, { flags: 9, fields: { hrtimer } }),
    );
  }

  /** At the cursor, thread `by` (undefined = the current one; or an interrupt over it: give flags) queues item number `item`. */
  queueWork(cpu: number, item: number, functionName: string, options: { by?: number; flags?: number } = {}): this {
    return this.event("workqueue_queue_work", cpu, {
      ...(options.by === undefined ? {} : { tid: options.by }),
      flags: options.flags ?? 0,
      fields: { work: workAddress(item), function: this.address(functionName), workqueue: "events", req_cpu: cpu, cpu },
    });
  }

  /** The worker executes item number `item` from `begin` to `end` (us). */
  work(cpu: number, worker: number, begin: number, end: number, item: number, functionName: string): this {
    const fields = { work: workAddress(item), function: this.address(functionName) };
    return this.#during(
      begin,
      end,
      () => this.event("workqueue_execute_start", cpu, { tid: worker, fields }),
      () => this.event("workqueue_execute_end", cpu, { tid: worker, fields }),
    );
  }

  /** At the cursor, a thread adds pages [first, first + 2^order) of a file to the page cache. */
  pagesAdded(cpu: number, tid: number, ino: number, first: number, order = 0): this {
    return this.event("mm_filemap_add_to_page_cache", cpu, { tid, fields: { i_ino: ino, s_dev: FILE_DEVICE, index: first, order } });
  }

  /** At the cursor, a thread reads pages [first, last] of a file, whether they were in memory or not. */
  pagesRead(cpu: number, tid: number, ino: number, first: number, last: number): this {
    return this.event("mm_filemap_get_pages", cpu, { tid, fields: { i_ino: ino, s_dev: FILE_DEVICE, index: first, last_index: last } });
  }

  /** One block request: issued at `issued` by the current thread of `cpu`, completed at `completed` (us) by an interrupt there. */
  disk(cpu: number, issued: number, completed: number, sector = 100, rwbs = "R"): this {
    const request = { dev: FILE_DEVICE, sector, nr_sector: 8, rwbs };
    return this.#during(
      issued,
      completed,
      () => this.event("block_rq_issue", cpu, { fields: { ...request, comm: "" } }),
      () => this.event("block_rq_complete", cpu, { tid: 0, flags: 9, fields: request }),
    );
  }

  /** A write to trace_marker. */
  marker(text: string, options: { cpu?: number; tid?: number } = {}): this {
    return this.event("print", options.cpu ?? 0, {
      ...(options.tid === undefined ? {} : { tid: options.tid }),
      fields: { ip: this.address("tracing_mark_write"), buf: `${text}\n` },
    });
  }

  /** The kernel stack of a thread, innermost first, on the CPU where it is current (or `cpu`). */
  stack(tid: number, functions: readonly string[], cpu?: number): this {
    const where = cpu ?? this.#events.findLast((event) => event.tid === tid)?.cpu ?? 0;
    return this.event("kernel_stack", where, { tid, fields: { size: functions.length, caller: functions.map((name) => this.address(name) + 0x10n) } });
  }

  lose(cpu: number, us: number, count?: number): this {
    this.#losses.push({ cpu, beforeNs: Math.round(us * 1000), ...(count === undefined ? {} : { count }) });
    return this;
  }

  /** The trace.dat of this scene. */
  bytes(): Uint8Array {
    const { cpus, deep = [], second = "deep" } = this.#setup;
    const events = this.#resolved();
    const buffer = (name: string, wanted: (event: WrittenEvent) => boolean, losses: readonly WrittenLoss[]) => ({
      name,
      stats: [],
      perCpu: writePages(events.filter(wanted), { cpus, base: this.#base, losses }).map((bytes) => ({ kind: "bytes" as const, bytes })),
    });
    const isDeep = (event: WrittenEvent): boolean => deep.includes(event.event);
    const kallsyms = [...this.#functions].map(([name, address]) => `${address.toString(16)} T ${name}\n`).join("");
    return traceDatBytes(metadata({ cpus, kallsyms }), [
      buffer("", (event) => !isDeep(event), this.#losses),
      ...(deep.length === 0 ? [] : [buffer(second, isDeep, [])]),
    ]);
  }

  trace(): Trace {
    const threads: ThreadInfo[] = this.#setup.threads.map(({ tid, pid = tid, comm, isKernel = false }) => ({ tid, pid, comm, isKernel }));
    return importTrace(this.bytes(), { threads, fileName: "scene" });
  }

  #during(begin: number, end: number, enter: () => unknown, exit: () => unknown): this {
    const now = this.#now;
    this.at(begin);
    enter();
    this.at(end);
    exit();
    return this.at(now);
  }

  #thread(tid: number): SceneThread {
    const thread = this.#threads.get(tid);
    if (thread === undefined) throw new Error(`the scene has no thread ${tid}`);
    return thread;
  }

  /** In order of time, stable, with the current thread filled in. */
  #resolved(): WrittenEvent[] {
    const sorted = [...this.#events].sort((a, b) => a.timeNs - b.timeNs);
    const current = Array.from({ length: this.#setup.cpus }, (_, cpu) => {
      const prev = sorted.find((event) => event.event === "sched_switch" && event.cpu === cpu)?.fields?.["prev_pid"];
      return typeof prev === "number" ? prev : 0;
    });
    const origin: Pending = { event: "sched_wake_idle_without_ipi", cpu: 0, timeNs: 0, tid: undefined, fields: { cpu: 0 } };
    return [origin, ...sorted].map((event) => {
      const tid = event.tid ?? current[event.cpu] ?? 0;
      const next = event.event === "sched_switch" ? event.fields?.["next_pid"] : undefined;
      if (typeof next === "number") current[event.cpu] = next;
      return { ...event, tid };
    });
  }
}

export const scene = (setup: SceneSetup): Scene => new Scene(setup);

/** The same in one call: `traceFrom({ cpus, threads }, (s) => s.at(1).switch(...))`. */
export function traceFrom(setup: SceneSetup, script: (scene: Scene) => unknown): Trace {
  const made = scene(setup);
  script(made);
  return made.trace();
}
